import { signal } from "@preact/signals";
import { useMemo, useRef, useState } from "preact/hooks";
import { Send } from "lucide-preact";
import { Banner, Button, Check, Chips, Field, toast, words } from "../ui/index.ts";
import { faultsOf } from "../ui/contacts.ts";
import { NO_ANSWER, UNREACHABLE } from "../wire/refusal.ts";
import { type Inviter, type Outcome, recipients, Sending } from "./inviting.ts";
import { said } from "./said.ts";

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

/** Send the link and the number by e-mail and text message, to one or to several (R4, R7). */
export function SendInvitation({ inviter, staff = false }: Props) {
  const form = useSending(inviter, staff ? (addresses) => toast(s.sent(addresses)) : remember);
  const box = useRef<HTMLFormElement>(null);
  const onSubmit = async (event: Event) => {
    event.preventDefault();
    if (!(await form.send())) box.current?.querySelector<HTMLElement>("[aria-invalid=true], input")?.focus();
  };
  return (
    <section class="panel-part sending" aria-labelledby="sending-title">
      <h3 id="sending-title">{s.title}</h3>
      <p class="soft">{s.why}</p>
      <form ref={box} class="sending-form" onSubmit={(event) => void onSubmit(event)} noValidate>
        <Chips label={s.emails} kind="email" values={form.emails} onChange={form.setEmails} faults={form.faults} error={form.missing} />
        <Chips label={s.phones} kind="phone" values={form.phones} onChange={form.setPhones} faults={form.faults} />
        {form.mayBeOne && <Check label={s.together} checked={form.together} onCheck={form.setTogether} />}
        <Field
          label={s.label}
          hint={staff ? s.labelHintStaff : s.labelHint}
          value={form.label}
          maxLength={LONGEST}
          autocomplete="off"
          onInput={(event) => form.setLabel(event.currentTarget.value)}
        />
        <Check label={s.interpreter} checked={form.interpreter} onCheck={form.setInterpreter} />
        {form.wrong && (
          <Banner tone="wait" live>
            {form.wrong}
          </Banner>
        )}
        <Button kind="primary" type="submit" icon={Send} wide busy={form.busy}>
          {s.send}
        </Button>
      </form>
      {!staff && <Sent />}
    </section>
  );
}

/** The fields, and what became of them. */
function useSending(inviter: Inviter, onSent: (addresses: readonly string[]) => void) {
  const sending = useMemo(() => new Sending(inviter), [inviter]);
  const [emails, setEmails] = useState<readonly string[]>([]);
  const [phones, setPhones] = useState<readonly string[]>([]);
  const [label, setLabel] = useState("");
  const [interpreter, setInterpreter] = useState(false);
  const [together, setTogether] = useState(false);
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState<string>();
  const [faults, setFaults] = useState<Readonly<Record<string, string>>>({});
  const [wrong, setWrong] = useState("");

  const mayBeOne = emails.length === 1 && phones.length === 1;
  const took = ({ sent, faults: refused, stopped }: Outcome) => {
    const gone = new Set(sent.flatMap(({ email, phone }) => [email, phone].filter((one) => one !== undefined)));
    setEmails(emails.filter((one) => !gone.has(one)));
    setPhones(phones.filter((one) => !gone.has(one)));
    setFaults(Object.fromEntries(refused.map(([address, refusal]) => [address, said(refusal)])));
    setWrong(!stopped ? "" : stopped.code === NO_ANSWER || stopped.code === UNREACHABLE ? s.noAnswer : said(stopped));
    if (gone.size) onSent([...gone]);
    if (!stopped && refused.length === 0) {
      setLabel("");
      setInterpreter(false);
      setTogether(false);
    }
  };
  /** Whether the form was good enough to be sent. */
  const send = async (): Promise<boolean> => {
    const isWrong = Object.keys({ ...faultsOf("email", emails), ...faultsOf("phone", phones) }).length > 0;
    const isEmpty = emails.length + phones.length === 0;
    setMissing(isEmpty ? s.missing : undefined);
    if (isWrong || isEmpty) return false;
    setBusy(true);
    const about = { ...(label.trim() ? { label: label.trim() } : {}), ...(interpreter ? { interpreter } : {}) };
    const [email, phone] = [emails[0], phones[0]];
    took(await sending.send(together && mayBeOne && email && phone ? [{ email, phone, ...about }] : recipients(emails, phones, about)));
    setBusy(false);
    return true;
  };
  const typed = (set: (values: readonly string[]) => void) => (values: string[]) => {
    set(values);
    if (values.length) setMissing(undefined);
  };
  const fields = { emails, phones, label, interpreter, setEmails: typed(setEmails), setPhones: typed(setPhones), setLabel, setInterpreter };
  return { ...fields, mayBeOne, together, setTogether, busy, missing, faults, wrong, send };
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
