/** Add Participants while it is being filled in: whom it invites, and what it holds and says once they were asked for. */
import type { Outcome, Recipient } from "../../visit/inviting.ts";
import { addressOf, recipients } from "../../visit/inviting.ts";
import { faultsOf } from "../../ui/contacts.ts";
import { sentenceOf } from "../refused.ts";
import { words } from "../words.ts";

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
  readonly tone: "ok" | "lost";
  readonly text: string;
  /** Of each address and number that was not sent to, why. */
  readonly faults: Readonly<Record<string, string>>;
}

export const NOTHING_SAID: Said = { tone: "ok", text: "", faults: {} };

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

/** What keeps a draft from being sent at all; "" when nothing does. */
export function faultOf({ emails, phones }: Draft): string {
  if (!emails.length && !phones.length) return words.send.nobody;
  const wrong = { ...faultsOf("email", emails), ...faultsOf("phone", phones) };
  return Object.keys(wrong).length ? words.send.mend : "";
}

/** Those who were invited are gone from the form; all others stay, and so does what was typed meanwhile. */
export function draftAfter(draft: Draft, { sent }: Outcome): Draft {
  const gone = new Set(sent.flatMap(contactsOf));
  const stays = (value: string) => !gone.has(value);
  const next = { ...draft, emails: draft.emails.filter(stays), phones: draft.phones.filter(stays) };
  return next.emails.length || next.phones.length ? next : NO_DRAFT;
}

/** What to say of the outcome: exactly who was not sent to, and why. */
export function saidOf(asked: readonly Recipient[], { sent, faults, stopped }: Outcome): Said {
  const told = faults.map(([address, refusal]) => [address, words.send.notSent(address, sentenceOf(refusal))] as const);
  const known = new Set([...sent.map(addressOf), ...told.map(([address]) => address)]);
  const untried = stopped ? asked.filter((one) => !known.has(addressOf(one))).flatMap(contactsOf) : [];
  if (!told.length && !stopped) return { tone: "ok", text: words.send.made(sent.flatMap(contactsOf)), faults: {} };
  const sentences = [
    sent.length ? words.send.notAll(sent.length, asked.length) : words.send.none,
    ...(stopped ? [words.send.notSent(untried, sentenceOf(stopped))] : []),
  ];
  return { tone: "lost", text: sentences.join(" "), faults: Object.fromEntries(told) };
}

function contactsOf({ email, phone }: Recipient): string[] {
  return [email, phone].filter((contact) => contact !== undefined);
}
