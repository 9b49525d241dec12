/** Numbers, names and lists as they are typed into settings, and whether they can be used. */

/** A range of whole numbers, both ends included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export const OPENS: Range = { from: 5, to: 60 };
export const GRACE: Range = { from: 0, to: 120 };
export const RETENTION: Range = { from: 1, to: 3650 };
export const OPTION_MINUTES: Range = { from: 1, to: 1440 };
/** A new reminder, in minutes before the start. */
export const REMINDER: Range = { from: 5, to: 7 * 1440 };
export const MOST_REMINDERS = 5;
/** Letters of a name; the server takes no more. */
export const LONGEST_NAME = 64;

/** The whole number that a text says, if it is in range; else null. */
export function wholeIn(text: string, { from, to }: Range): number | null {
  const typed = text.trim();
  if (!/^\d{1,6}$/.test(typed)) return null;
  const number = Number(typed);
  return number >= from && number <= to ? number : null;
}

/** A name without what surrounds it; "" when it cannot be one. */
export function nameIn(text: string): string {
  const name = text.trim().replace(/\s+/g, " ");
  return [...name].length <= LONGEST_NAME ? name : "";
}

/** Whether two names are the same to people. */
export function isSameName(one: string, other: string): boolean {
  return one.trim().toLocaleLowerCase() === other.trim().toLocaleLowerCase();
}

export const UNITS = { minutes: 1, hours: 60, days: 1440 } as const;
export type Unit = keyof typeof UNITS;

/** The reminders, the earliest first, each once. */
export function inOrder(reminders: readonly number[]): number[] {
  return [...new Set(reminders)].sort((one, other) => other - one);
}

/** Something that looks like an e-mail address; the server looks closer. */
export function isEmail(text: string): boolean {
  return /^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]{2,}$/.test(text.trim());
}
