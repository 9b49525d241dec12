/** Which days the schedule shows, and which visits of them. Pure. */
import { addDays, instantsOf, weekOf } from "../day.ts";
import { locale } from "../../ui/language.ts";
import type { Visit } from "../clinic.ts";

export type View = "week" | "day";

export interface Days {
  readonly first: string;
  /** The day after the last one. */
  readonly end: string;
}

/** The days that a view shows around a day, `YYYY-MM-DD`; weeks begin with the clinic's first day, 0 is Sunday. */
export function daysOf(day: string, view: View, weekStarts: number): Days {
  const first = view === "week" ? weekOf(day, weekStarts) : day;
  return { first, end: addDays(first, view === "week" ? 7 : 1) };
}

export function isWithin(day: string, { first, end }: Days): boolean {
  return first <= day && day < end;
}

/** The instants at which the days begin and end; where midnight does not occur, an hour later. */
export function instantsOfDays({ first, end }: Days, zone: string): { readonly start: number; readonly end: number } {
  const at = (day: string) => instantsOf(day, "00:00", zone)[0] ?? instantsOf(day, "01:00", zone)[0] ?? Date.parse(day);
  return { start: at(first), end: at(end) };
}

/** "Nov 22 – 28, 2026", or "Sun, Nov 22, 2026" of one day. */
export function titleOf({ first, end }: Days, view: View): string {
  const [from, to] = [Date.parse(first), Date.parse(addDays(end, -1))];
  if (view === "day") return formatter({ ...WEEK, weekday: "short" }).format(from);
  return formatter(WEEK).formatRange(from, to).replace(/\u2009/g, " ");
}

/** "Sun 22", over a column. */
export function headOf(day: string): string {
  const at = Date.parse(day);
  return `${formatter({ weekday: "short" }).format(at)} ${Number(day.slice(8))}`;
}

/** Formatted by the calendar's own days, which have no zone. */
function formatter(parts: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale(), { timeZone: "UTC", ...parts });
}

const WEEK = { month: "short", day: "numeric", year: "numeric" } as const;

/** The visits of these providers, all when none is chosen; cancelled ones take no time any more, and are shown when asked for. */
export function visitsOf(visits: readonly Visit[], providers: ReadonlySet<string>, withCancelled: boolean): Visit[] {
  const isTheirs = (visit: Visit) => !providers.size || visit.providers.some(({ id }) => providers.has(id));
  return visits.filter((visit) => (withCancelled || visit.status !== "cancelled") && isTheirs(visit));
}

const OVER: ReadonlySet<string> = new Set(["completed", "cancelled", "ended"]);

/** The other visits of its providers at the time that a visit is to be moved to. */
export function clashesOf(visit: Visit, to: { readonly start: number; readonly end: number }, visits: readonly Visit[]): Visit[] {
  const its = new Set(visit.providers.map(({ id }) => id));
  return visits.filter(
    (other) =>
      other.id !== visit.id &&
      !OVER.has(other.status) &&
      other.start < to.end &&
      other.end > to.start &&
      other.providers.some(({ id }) => its.has(id)),
  );
}
