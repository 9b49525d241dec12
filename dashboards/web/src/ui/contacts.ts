/**
 * E-mail addresses and phone numbers as people type and paste them: taken apart, tidied, merged, and told what is wrong.
 *
 * Pure. The server has the last word (it knows countries and refuses more); this is what a person can mend while they type.
 */
import { words } from "./words.ts";

export type ContactKind = "email" | "phone";

/** How many a field takes at once, unless its page says otherwise (R5). */
export const MOST_CONTACTS = 10;

/** A pasted list may be far longer than any field takes: no more of it than this is looked at. */
const LONGEST_TEXT = 20_000;
const LONGEST_EMAIL = 254;
const [FEWEST_DIGITS, MOST_DIGITS] = [7, 15]; // E.164, without a country in front of it too

const SEPARATORS = /[;,\n\r\t]+/;
const NAMED = /^.*<([^<>]*)>$/s;
const EMAIL = /^[^\s@<>()[\]\\,;:"]+@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}][\p{L}\p{N}-]*[\p{L}\p{N}]$/u;
const PHONE = /^\+?[\d ().\-/]+$/;

/** Whether the text holds something that ends one contact and begins the next. */
export function isSeparated(text: string): boolean {
  return SEPARATORS.test(text);
}

/** The contacts in a text, tidied, in their order: several are parted by `;`, by `,` or by lines. */
export function contactsIn(kind: ContactKind, text: string): string[] {
  return text
    .slice(0, LONGEST_TEXT)
    .split(SEPARATORS)
    .flatMap((piece) => apart(kind, piece))
    .map((piece) => tidied(kind, piece))
    .filter(Boolean);
}

/** Addresses copied from a list may have only spaces between them. */
function apart(kind: ContactKind, piece: string): string[] {
  const parts = piece.trim().split(/\s+/);
  return kind === "email" && parts.every((part) => part.includes("@")) ? parts : [piece];
}

/** One contact without what mail programs and address books put around it: `Ana Lee <ana@example.org>`, `tel:`. */
export function tidied(kind: ContactKind, text: string): string {
  const bare = text.trim().replace(NAMED, "$1").replace(kind === "email" ? /^mailto:/i : /^tel:/i, "");
  if (kind === "phone") return bare.replace(/[\s\u00a0]+/g, " ").replace(/[\u2010-\u2013]/g, "-").trim();
  const at = bare.lastIndexOf("@");
  return at < 0 ? bare : bare.slice(0, at) + bare.slice(at).toLowerCase();
}

/** What is wrong with a contact, one sentence; "" when a person can do no better. */
export function faultOf(kind: ContactKind, value: string): string {
  return kind === "email" ? emailFault(value) : phoneFault(value);
}

function emailFault(value: string): string {
  if (value.length > LONGEST_EMAIL) return words.contacts.tooLong;
  const local = value.slice(0, value.lastIndexOf("@"));
  const isFine = EMAIL.test(value) && !/^\.|\.$|\.\./.test(local);
  return isFine ? "" : words.contacts.badEmail(value);
}

function phoneFault(value: string): string {
  const digits = digitsOf(value);
  if (!PHONE.test(value)) return words.contacts.badPhone(value);
  if (digits.length < FEWEST_DIGITS) return words.contacts.shortPhone(value);
  return digits.length > MOST_DIGITS ? words.contacts.badPhone(value) : "";
}

/** Those that are wrong, each with its sentence. */
export function faultsOf(kind: ContactKind, values: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(values.map((value) => [value, faultOf(kind, value)]).filter(([, fault]) => fault));
}

/** The same people once each, whatever the spelling; the first spelling stays. */
export function merged(kind: ContactKind, values: readonly string[]): string[] {
  const known = new Map<string, string>();
  for (const value of values) {
    const key = sameness(kind, value);
    if (!known.has(key)) known.set(key, value);
  }
  return [...known.values()];
}

/** Equal for two spellings of one contact. No mail service in use tells people apart by capitals. */
function sameness(kind: ContactKind, value: string): string {
  if (kind === "email" || !PHONE.test(value)) return value.toLowerCase();
  return (value.startsWith("+") ? "+" : "") + digitsOf(value);
}

function digitsOf(value: string): string {
  return value.replace(/\D/g, "");
}
