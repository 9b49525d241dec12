/** The form that sends invitations, without its looks: whom a draft invites, and what it holds and says once they were asked for. */
import { faultsOf } from "../ui/contacts.ts";
import { words } from "../ui/words.ts";
import { NO_ANSWER, UNREACHABLE } from "../wire/refusal.ts";
import { addressOf, type Outcome, type Recipient, recipients } from "./inviting.ts";
import { said } from "./said.ts";

const s = words.sending;

/** What stands in the form. */
export interface Draft {
  readonly emails: readonly string[];
  readonly phones: readonly string[];
  readonly label: string;
  readonly interpreter: boolean;
  /** The one address and the one number are one person's. */
  readonly together: boolean;
}

export const NO_DRAFT: Draft = { emails: [], phones: [], label: "", interpreter: false, together: false };

/** What the form says of the last time it was sent. */
export interface Said {
  /** Nobody is named in it. */
  readonly missing: boolean;
  /** What is wrong with the whole of it; "" when nothing is. */
  readonly wrong: string;
  /** Of single addresses and numbers, why nothing was sent there. */
  readonly faults: Readonly<Record<string, string>>;
}

export const NOTHING_SAID: Said = { missing: false, wrong: "", faults: {} };

/** Whether the form may ask if it holds one person's two addresses. */
export function mayBeOne({ emails, phones }: Draft): boolean {
  return emails.length === 1 && phones.length === 1;
}

/** The people of a draft, each once. */
export function guestsOf(draft: Draft): Recipient[] {
  const { emails, phones, label, interpreter, together } = draft;
  const about = { ...(label.trim() ? { label: label.trim() } : {}), ...(interpreter ? { interpreter } : {}) };
  const [email, phone] = [emails[0], phones[0]];
  if (together && mayBeOne(draft) && email && phone) return [{ email, phone, ...about }];
  return recipients(emails, phones, about);
}

/** What keeps a draft from being sent at all; null when nothing does. */
export function beforehand({ emails, phones }: Draft): Said | null {
  if (!emails.length && !phones.length) return { ...NOTHING_SAID, missing: true };
  const wrong = { ...faultsOf("email", emails), ...faultsOf("phone", phones) };
  return Object.keys(wrong).length ? { ...NOTHING_SAID, wrong: s.mend } : null;
}

/** Those who were invited are gone from the form; all others stay, and so does what was typed meanwhile. */
export function draftAfter(draft: Draft, { sent }: Outcome): Draft {
  const gone = new Set(sent.flatMap(contactsOf));
  const stays = (value: string) => !gone.has(value);
  const next = { ...draft, emails: draft.emails.filter(stays), phones: draft.phones.filter(stays) };
  return next.emails.length || next.phones.length ? next : NO_DRAFT;
}

/** What to say of the outcome: exactly who was not invited, and why. */
export function saidOf(asked: readonly Recipient[], { sent, faults, stopped }: Outcome): Said {
  if (!faults.length && !stopped) return NOTHING_SAID;
  const told = Object.fromEntries(faults.map(([address, refusal]) => [address, s.notSent([address], said(refusal))]));
  const known = new Set([...sent.map(addressOf), ...Object.keys(told)]);
  const untried = stopped ? asked.filter((one) => !known.has(addressOf(one))).flatMap(contactsOf) : [];
  const isUncertain = stopped?.code === NO_ANSWER || stopped?.code === UNREACHABLE;
  const sentences = [
    sent.length ? s.notAll(sent.length, asked.length) : s.noneSent,
    ...(stopped ? [isUncertain ? s.noAnswer : s.notSent(untried, said(stopped))] : []),
  ];
  return { missing: false, wrong: isUncertain ? s.noAnswer : sentences.join(" "), faults: told };
}

/** A person's address and number. */
export function contactsOf({ email, phone }: Recipient): string[] {
  return [email, phone].filter((contact) => contact !== undefined);
}
