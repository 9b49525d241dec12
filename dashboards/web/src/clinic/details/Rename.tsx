import { useState } from "preact/hooks";
import { Button } from "../../ui/index.ts";
import { words as shared } from "../../ui/words.ts";
import type { Participant } from "../../wire/index.ts";
import { selectOnce } from "../focus.ts";
import { useRun, useStaff } from "../staff.ts";
import { words } from "../words.ts";

/** How long a name can be; the server refuses more. */
const LONGEST = 64;

/** A guest's name as a field, in its own place. */
export function Rename({ visit, seat, onDone }: { visit: string; seat: Participant; onDone: () => void }) {
  const { live } = useStaff();
  const { busy, run } = useRun();
  const [name, setName] = useState(seat.name);
  const save = async (event: Event) => {
    event.preventDefault();
    if (name.trim() === seat.name || (await run(() => live.ask({ t: "rename", visit, seat: seat.seat, name })))) onDone();
  };
  return (
    <form
      class="rename"
      onSubmit={save}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault(); // closes this, not the details
        onDone();
      }}
    >
      <input
        class="input input-dense"
        aria-label={words.details.newName(seat.name)}
        maxLength={LONGEST}
        value={name}
        ref={selectOnce}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <Button type="submit" kind="primary" size="dense" busy={busy}>
        {words.details.save}
      </Button>
      <Button size="dense" onClick={onDone}>
        {shared.cancel}
      </Button>
    </form>
  );
}
