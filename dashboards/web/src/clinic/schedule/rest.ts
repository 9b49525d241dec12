/** What scheduling asks of the server. Times are milliseconds since 1970 (UTC); each call rejects with `Refused`. */
import type { PatientContact, Visit, VisitType } from "../clinic.ts";
import { change, get } from "../rest.ts";

/** Somebody to be invited with the visit: an address or a number, and who it is. */
export interface PlannedGuest {
  readonly email?: string;
  readonly phone?: string;
  readonly label?: string;
  readonly interpreter?: boolean;
}

/** What the clocks of a zone show; `fold` 1 is the second of a time that they show twice. */
export interface LocalTime {
  /** `2026-03-09T14:30` */
  readonly local: string;
  readonly zone: string;
  readonly fold: 0 | 1;
}

/** A visit to be planned (R5). */
export interface PlannedVisit {
  readonly name: string;
  readonly type: VisitType;
  readonly room: string;
  readonly option: string;
  readonly minutes: number;
  readonly start: "now" | LocalTime;
  readonly patient: PatientContact;
  readonly providers: readonly string[];
  readonly guests: readonly PlannedGuest[];
  /** Minutes before the start. */
  readonly reminders: readonly number[];
  readonly language: string;
}

/** What an edited visit is to be, "" for what is taken away; its times are changed by `reschedule`. */
export type VisitChange = Partial<Omit<PlannedVisit, "start" | "minutes" | "guests">>;

export interface Overlap {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly patient: string;
  readonly providers: readonly { readonly id: string; readonly name: string }[];
}

/** What the server thinks of a visit that is not made yet. */
export interface Checked {
  readonly start: number;
  readonly end: number;
  readonly zone: string;
  readonly overlaps: readonly Overlap[];
  /** The time does not occur, or occurs twice, because clocks change. */
  readonly dst: "" | "gap" | "fold";
}

const path = (visit: string): string => `/visits/${encodeURIComponent(visit)}`;

export const visitsBetween = async (start: number, end: number): Promise<Visit[]> =>
  (await get<{ readonly visits: Visit[] }>(`/visits/range?start=${start}&end=${end}`)).visits;
export const checkVisit = (visit: PlannedVisit): Promise<Checked> => change("POST", "/visits/check", visit);
/** Make the visit; the same `op` makes one visit however often it is asked. */
export const createVisit = (visit: PlannedVisit, op: string): Promise<Visit> => change("POST", "/visits", visit, op);
export const editVisit = (visit: string, changes: VisitChange, op: string): Promise<Visit> => change("PATCH", path(visit), changes, op);
export const reschedule = (visit: string, start: number, end: number, op: string): Promise<Visit> =>
  change("POST", `${path(visit)}/reschedule`, { start, end }, op);
