import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Send } from "lucide-preact";
import { Banner, Button, Check, Chips, Field, toast, words } from "../ui/index.ts";
import { type Inviter, Sending } from "./inviting.ts";
import { beforehand, contactsOf, type Draft, draftAfter, guestsOf, mayBeOne, NO_DRAFT, NOTHING_SAID, saidOf } from "./sending.ts";

/** How long a name or relationship can be; the server refuses more. */
const LONGEST = 64;

const s = words.sending;

/** To whom this page has sent invitations; gone with the page. */
const sentTo = signal<readonly string[]>([]);

interface Props {
  inviter: Inviter;
  /** A provider reads other hints, and a list of all invitations beside this. */
  staff?: boolean;
}

/** Send the link and the number by e-mail and text message, to one or to several (R4, R7, R8). */
export function SendInvitation({ inviter, staff = false }: Props) {
  const box = useRef<HTMLFormElement>(null);
  const { draft, change, told, busy, send } = useSending(inviter, staff ? (addresses) => toast(s.sent(addresses)) : remember);
  const { emails, phones, label, interpreter, together } = draft;
  useEffect(() => {
    if (told !== NOTHING_SAID) box.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [told]);
  const onSubmit = (event: Event) => {
    event.preventDefault();
    void send();
  };
  const missing = told.missing && emails.length + phones.length === 0 ? s.missing : undefined;
  return (
    <section class="panel-part sending" aria-labelledby="sending-title">
      <h3 id="sending-title">{s.title}</h3>
      <p class="soft">{s.why}</p>
      <form ref={box} class="sending-form" onSubmit={onSubmit} noValidate>
        <Chips
          label={s.emails}
          kind="email"
          values={emails}
          onChange={(values) => change({ emails: values })}
          faults={told.faults}
          error={missing}
        />
        <Chips label={s.phones} kind="phone" values={phones} onChange={(values) => change({ phones: values })} faults={told.faults} />
        {mayBeOne(draft) && <Check label={s.together} checked={together} onCheck={(checked) => change({ together: checked })} />}
        <Field
          label={s.label}
          hint={staff ? s.labelHintStaff : s.labelHint}
          value={label}
          maxLength={LONGEST}
          autocomplete="off"
          onInput={(event) => change({ label: event.currentTarget.value })}
        />
        <Check label={s.interpreter} checked={interpreter} onCheck={(checked) => change({ interpreter: checked })} />
        {told.wrong && (
          <Banner tone="wait" live>
            {told.wrong}
          </Banner>
        )}
        <Button kind="primary" type="submit" icon={Send} wide busy={busy}>
          {s.send}
        </Button>
      </form>
      {!staff && <Sent />}
    </section>
  );
}

/** What stands in the form, and what became of it. */
function useSending(inviter: Inviter, onSent: (addresses: readonly string[]) => void) {
  const sending = useMemo(() => new Sending(inviter), [inviter]);
  const latest = useRef(NO_DRAFT);
  const [draft, setDraft] = useState(NO_DRAFT);
  const [told, setTold] = useState(NOTHING_SAID);
  const [busy, setBusy] = useState(false);
  const put = (next: Draft) => {
    latest.current = next; // somebody may go on typing while it is sent
    setDraft(next);
  };
  const send = async () => {
    const fault = beforehand(latest.current);
    setTold(fault ?? NOTHING_SAID);
    if (fault || busy) return;
    setBusy(true);
    const guests = guestsOf(latest.current);
    const outcome = await sending.send(guests);
    put(draftAfter(latest.current, outcome));
    setTold(saidOf(guests, outcome));
    if (outcome.sent.length) onSent(outcome.sent.flatMap(contactsOf));
    setBusy(false);
  };
  return { draft, change: (changes: Partial<Draft>) => put({ ...latest.current, ...changes }), told, busy, send };
}

function remember(addresses: readonly string[]): void {
  sentTo.value = [...sentTo.value, ...addresses];
}

/** To whom it went, so that nobody wonders whether it did; read out here, since a dialog silences the page behind it. */
function Sent() {
  return (
    <div role="status">
      {sentTo.value.length > 0 && (
        <div class="sent">
          <h4>{s.sentTitle}</h4>
          <ul>
            {sentTo.value.map((address, index) => (
              <li key={index}>{address}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
