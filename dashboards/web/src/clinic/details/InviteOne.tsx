import { useSignal } from "@preact/signals";
import { useState } from "preact/hooks";
import { Link2 } from "lucide-preact";
import { Button, Field } from "../../ui/index.ts";
import { words as shared } from "../../ui/words.ts";
import { words } from "../../visit/letters.ts";
import { invite, type NewInvitation } from "../clinic.ts";
import { focusOnce } from "../focus.ts";
import { useRun } from "../staff.ts";
import { Access } from "./Access.tsx";

/** How long a label can be; the server refuses more. */
const LONGEST = 64;

/** A form that makes an invitation for one person without sending it, and shows, once, what to hand over. */
export function InviteOne({ visit }: { visit: string }) {
  const [open, setOpen] = useState(false);
  const [label, setLabel] = useState("");
  const [wrong, setWrong] = useState("");
  const made = useSignal<NewInvitation | null>(null);
  const { busy, run } = useRun();
  const make = async (event: Event) => {
    event.preventDefault();
    setWrong(label.trim() ? "" : words.invite.missing);
    if (!label.trim()) return;
    await run(async () => {
      made.value = await invite(visit, { label: label.trim() });
      setLabel("");
      setOpen(false);
    });
  };
  if (made.value) return <Made made={made.value} onDone={() => (made.value = null)} />;
  if (!open) {
    return (
      <div>
        <Button size="dense" icon={Link2} onClick={() => setOpen(true)}>
          {words.invite.open}
        </Button>
      </div>
    );
  }
  return (
    <form class="card" onSubmit={make} noValidate>
      <Field
        label={words.invite.label}
        hint={words.invite.hint}
        wrong={wrong}
        value={label}
        maxLength={LONGEST}
        inputRef={focusOnce}
        onInput={(event) => setLabel(event.currentTarget.value)}
      />
      <div class="form-acts">
        <Button size="dense" onClick={() => setOpen(false)}>
          {shared.cancel}
        </Button>
        <Button type="submit" kind="primary" size="dense" busy={busy}>
          {words.invite.act}
        </Button>
      </div>
    </form>
  );
}

function Made({ made, onDone }: { made: NewInvitation; onDone: () => void }) {
  return (
    <div class="card" role="status">
      <p class="strong">{words.invite.made(made.label)}</p>
      <p class="soft">{words.invite.once}</p>
      <Access link={made.link} number={made.number} pin={made.pin} />
      <div class="form-acts">
        <Button size="dense" onClick={onDone}>
          {words.invite.done}
        </Button>
      </div>
    </div>
  );
}
