import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Send } from "lucide-preact";
import { Banner, Button, Chips, Field } from "../../ui/index.ts";
import { type Inviter, Sending } from "../../visit/inviting.ts";
import { words } from "../words.ts";
import { type Draft, draftAfter, faultOf, guestsOf, mayBeOne, NO_DRAFT, NOTHING_SAID, type Said, saidOf } from "./sending.ts";

/** How long a name or relationship can be; the server refuses more. */
const LONGEST = 64;

/** Invite people by e-mail and text message, several at once, each with a link and PIN of their own (R4, R7, R8). */
export function InviteForm({ inviter }: { inviter: Inviter }) {
  const draft = useSignal<Draft>(NO_DRAFT);
  const said = useSignal<Said>(NOTHING_SAID);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const sending = useMemo(() => new Sending(inviter), [inviter]);
  useEffect(() => {
    if (said.value.tone === "lost") form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [said.value]);
  const change = (changes: Partial<Draft>) => {
    draft.value = { ...draft.peek(), ...changes };
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    const fault = faultOf(draft.peek());
    said.value = fault ? { tone: "lost", text: fault, faults: {} } : NOTHING_SAID;
    if (fault) return;
    setBusy(true);
    const guests = guestsOf(draft.peek());
    const outcome = await sending.send(guests);
    draft.value = draftAfter(draft.peek(), outcome);
    said.value = saidOf(guests, outcome);
    setBusy(false);
  };
  const { emails, phones, label, interpreter, together } = draft.value;
  const { tone, text, faults } = said.value;
  const isMissing = tone === "lost" && text === words.send.nobody;
  return (
    <form ref={form} class="invite-form" onSubmit={submit} noValidate aria-labelledby="send-invitation">
      <h4 id="send-invitation">{words.send.title}</h4>
      <Chips
        label={words.send.email}
        kind="email"
        values={emails}
        faults={faults}
        error={isMissing && !emails.length && !phones.length ? text : undefined}
        onChange={(values) => change({ emails: values })}
      />
      <Chips label={words.send.phone} kind="phone" values={phones} faults={faults} onChange={(values) => change({ phones: values })} />
      {mayBeOne(draft.value) && (
        <Check checked={together} onChange={(checked) => change({ together: checked })}>
          {words.send.together}
        </Check>
      )}
      <Field
        label={words.send.label}
        hint={words.send.labelHint}
        value={label}
        maxLength={LONGEST}
        onInput={(event) => change({ label: event.currentTarget.value })}
      />
      <Check checked={interpreter} onChange={(checked) => change({ interpreter: checked })}>
        {words.send.interpreter}
      </Check>
      <p class="soft">{words.send.why}</p>
      {text && !isMissing && (
        <Banner tone={tone} live>
          {text}
        </Banner>
      )}
      <Button type="submit" kind="primary" icon={Send} busy={busy}>
        {words.send.act}
      </Button>
    </form>
  );
}

interface CheckProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: ComponentChildren;
}

function Check({ checked, onChange, children }: CheckProps) {
  return (
    <label class="choice">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      {children}
    </label>
  );
}
