/** Which visits the waiting room shows: the filter chips with their numbers, the search, and who comes next. */
import type { Participant, Row, Status, VisitInfo } from "../../wire/index.ts";

export const FILTERS = ["all", "waiting", "in_call", "late", "no_show", "done"] as const;
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

/** So long after the start a patient who has not come is late: until then they may be on the stairs. */
const PATIENT_LATE_MS = 5 * 60_000;

/** For how long the patient has kept everybody waiting, in milliseconds; 0 when they came, are not late, or nobody waits. */
export function patientLateBy(row: Row, now: number): number {
  const { status, start } = row.visit;
  const goesOn = status === "scheduled" || status === "open" || status === "in_progress";
  return goesOn && now - start >= PATIENT_LATE_MS && !patientCame(row) ? now - start : 0;
}

const MISSED: ReadonlySet<Status> = new Set(["lapsed", "completed", "ended"]);

/** Whether the visit's time passed and the patient never came. */
export function isNoShow(row: Row): boolean {
  return MISSED.has(row.visit.status) && !patientCame(row);
}

function patientCame(row: Row): boolean {
  return anybody(row, (seat) => seat.role === "patient");
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
      return isLate(row, now) || patientLateBy(row, now) > 0;
    case "no_show":
      return isNoShow(row);
    case "done":
      return isOver(row.visit);
  }
}

/** How many visits each filter would show. */
export function tally(rows: Iterable<Row>, now: number): Record<Filter, number> {
  const numbers: Record<Filter, number> = { all: 0, waiting: 0, in_call: 0, late: 0, no_show: 0, done: 0 };
  for (const row of rows) {
    for (const filter of FILTERS) if (belongs(row, filter, now)) numbers[filter] += 1;
  }
  return numbers;
}

/** Whether every word that was typed stands somewhere in the row, accents and capitals aside. */
export function matches(row: Row, search: string): boolean {
  const words = plain(search).split(/\s+/).filter(Boolean);
  return words.length === 0 || words.every((word) => textOf(row).includes(word));
}

const texts = new WeakMap<Row, string>();

/** All of a row's text; made once a row, since each typed letter asks all rows of a long day. */
function textOf(row: Row): string {
  const known = texts.get(row);
  if (known !== undefined) return known;
  const { patient = "", providers = [], option = "", room = "", name = "" } = row.visit;
  const text = plain([patient, ...providers, option, room, name, ...Object.values(row.seats).map((seat) => seat.name)].join("\n"));
  texts.set(row, text);
  return text;
}

/** Whether the visit is this provider's; "" stands for all of them. */
export function isOf({ visit }: Row, provider: string): boolean {
  return !provider || (visit.providers ?? []).includes(provider);
}

/** The providers of these visits by name. */
export function providersOf(rows: Iterable<Row>): string[] {
  const names = new Set<string>();
  for (const { visit } of rows) for (const name of visit.providers ?? []) names.add(name);
  return [...names].sort((a, b) => a.localeCompare(b));
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
