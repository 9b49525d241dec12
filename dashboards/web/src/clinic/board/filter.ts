/** Which visits the waiting room shows: the filter chips with their numbers, the search, and who comes next. */
import type { Participant, Row, Status, VisitInfo } from "../../wire/index.ts";

export const FILTERS = ["all", "waiting", "in_call", "late", "done"] as const;
export type Filter = (typeof FILTERS)[number];

const OVER: ReadonlySet<Status> = new Set(["completed", "cancelled", "ended"]);

/** Whether the visit is over for good. */
export function isOver(visit: VisitInfo): boolean {
  return OVER.has(visit.status);
}

/** Whether somebody waits for the provider to come or to let them in. */
export function isWaiting(row: Row): boolean {
  return !isOver(row.visit) && anybody(row, (seat) => seat.standing === "waiting");
}

/** So long after its start a visit that nobody began is late: who starts one now is not. */
const LATE_MS = 60_000;

/** Whether the time is over, or has begun without the provider. `now` is in milliseconds since 1970. */
export function isLate(row: Row, now: number): boolean {
  const { status, start } = row.visit;
  if (status === "lapsed") return true;
  return (status === "scheduled" || status === "open") && now - start >= LATE_MS && !hasProvider(row);
}

function hasProvider(row: Row): boolean {
  return anybody(row, (seat) => seat.role === "provider" && seat.standing === "in");
}

function anybody(row: Row, is: (seat: Participant) => boolean): boolean {
  return Object.values(row.seats).some(is);
}

export function belongs(row: Row, filter: Filter, now: number): boolean {
  switch (filter) {
    case "all":
      return true;
    case "waiting":
      return isWaiting(row);
    case "in_call":
      return !isOver(row.visit) && anybody(row, (seat) => seat.standing === "in");
    case "late":
      return isLate(row, now);
    case "done":
      return isOver(row.visit);
  }
}

/** How many visits each filter would show. */
export function tally(rows: Iterable<Row>, now: number): Record<Filter, number> {
  const numbers: Record<Filter, number> = { all: 0, waiting: 0, in_call: 0, late: 0, done: 0 };
  for (const row of rows) {
    for (const filter of FILTERS) if (belongs(row, filter, now)) numbers[filter] += 1;
  }
  return numbers;
}

/** Whether every word that was typed stands somewhere in the row, accents and capitals aside. */
export function matches(row: Row, search: string): boolean {
  const words = plain(search).split(/\s+/).filter(Boolean);
  if (!words.length) return true;
  const { patient = "", providers = [], option = "", room = "", name = "" } = row.visit;
  const text = plain([patient, ...providers, option, room, name, ...Object.values(row.seats).map((seat) => seat.name)].join(" "));
  return words.every((word) => text.includes(word));
}

function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** The next visit that has not begun. */
export function next(rows: Iterable<Row>, now: number): VisitInfo | null {
  let first: VisitInfo | null = null;
  for (const { visit } of rows) {
    if (isOver(visit) || visit.start <= now) continue;
    if (!first || visit.start < first.start) first = visit;
  }
  return first;
}

/** When the one who waits longest began to wait, 0 when nobody waits. */
export function longestWait(rows: Iterable<Row>): number {
  let since = 0;
  for (const row of rows) {
    if (isOver(row.visit)) continue;
    for (const seat of Object.values(row.seats)) {
      if (seat.standing === "waiting" && seat.since && (!since || seat.since < since)) since = seat.since;
    }
  }
  return since;
}
