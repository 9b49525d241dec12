/** A new visit while it is being written: its first values, what is wrong with it, and what is sent. */
import type { Clinic, NewVisit, Provider } from "../clinic.ts";
import { dayOf, instantOf, isDay, timeOf } from "../day.ts";
import { words } from "../words.ts";

export interface Draft {
  readonly patient: string;
  readonly option: string;
  /** The user's id. */
  readonly provider: string;
  readonly room: string;
  readonly isNow: boolean;
  /** `YYYY-MM-DD` and `HH:MM` in the clinic's zone; looked at when it does not start now. */
  readonly day: string;
  readonly time: string;
}

/** What is wrong with a field, by its name in the request. */
export type Faults = { readonly patient?: string; readonly provider?: string; readonly start?: string };

const QUARTER_MS = 15 * 60_000;

/** What stands in the form at first: now, and the provider's own visit. */
export function newDraft(clinic: Clinic, providers: readonly Provider[], own: string, now: number): Draft {
  const next = Math.ceil((now + 1) / QUARTER_MS) * QUARTER_MS;
  const mine = providers.find(({ id }) => id === own) ?? providers[0];
  return {
    patient: "",
    option: clinic.options[0]?.name ?? "",
    provider: mine?.id ?? "",
    room: clinic.rooms[0] ?? "",
    isNow: true,
    day: dayOf(next, clinic.zone),
    time: timeOf(next, clinic.zone),
  };
}

export function faultsOf(draft: Draft, zone: string, now: number): Faults {
  const start = draft.isNow ? "" : startFault(draft, zone, now);
  return { ...(draft.patient.trim() ? {} : { patient: words.newVisit.patientMissing }), ...(start ? { start } : {}) };
}

function startFault({ day, time }: Draft, zone: string, now: number): string {
  if (!isDay(day) || !/^\d\d:\d\d$/.test(time)) return words.newVisit.timeMissing;
  const start = instantOf(day, time, zone);
  if (start === null) return words.newVisit.timeGap;
  return start <= now ? words.newVisit.timePast : "";
}

/** The request; only for a draft without faults. */
export function visitOf(draft: Draft, { options, zone }: Clinic): NewVisit {
  const option = options.find(({ name }) => name === draft.option);
  return {
    patient: { name: draft.patient.trim() },
    option: draft.option,
    minutes: option?.minutes ?? 15,
    room: draft.room,
    providers: draft.provider ? [draft.provider] : [],
    start: draft.isNow ? "now" : (instantOf(draft.day, draft.time, zone) ?? "now"),
  };
}
