/**
 * A visit while it is being written: its first values, what is wrong with them, and what is sent. Pure.
 *
 * What is wrong is kept by the names of the request's fields, so that what this page finds and what the server says stand at the
 * same places.
 */
import { faultOf } from "../../../ui/contacts.ts";
import type { Clinic, Provider, Visit, VisitType } from "../../clinic.ts";
import { dayOf, instantsOf, isDay, timeOf } from "../../day.ts";
import type { PlannedGuest, PlannedVisit, VisitChange } from "../rest.ts";
import { words } from "../words.ts";

/** Who a guest is, in a few words, and whether they interpret. */
export interface GuestNote {
  readonly label: string;
  readonly interpreter: boolean;
}

export interface Draft {
  readonly name: string;
  readonly type: VisitType;
  readonly room: string;
  /** A visit option's name; "" for a length of its own. */
  readonly option: string;
  /** Minutes as typed; looked at when no option says them. */
  readonly minutes: string;
  readonly isNow: boolean;
  /** `YYYY-MM-DD` and `HH:MM` on the clocks of the zone; looked at when it does not start now. */
  readonly day: string;
  readonly time: string;
  readonly zone: string;
  /** Of a time that occurs twice, the later one. */
  readonly isSecond: boolean;
  readonly patient: string;
  readonly email: string;
  readonly phone: string;
  /** The users' ids; "" where none is chosen yet. */
  readonly providers: readonly string[];
  readonly guestEmails: readonly string[];
  readonly guestPhones: readonly string[];
  readonly notes: Readonly<Record<string, GuestNote>>;
  /** Minutes before the start. */
  readonly reminders: readonly number[];
  readonly language: string;
}

/** What is wrong, by the request's field: `patient.email`, `guests.0.phone`. */
export type Faults = Readonly<Record<string, string>>;

/** A stretch of time that was chosen on the calendar, milliseconds since 1970. */
export interface Slot {
  readonly start: number;
  readonly end: number;
}

export const MOST_GUESTS = 10;
export const MOST_PROVIDERS = 10;
export const MOST_REMINDERS = 5;
export const NO_NOTE: GuestNote = { label: "", interpreter: false };

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
/** A reminder of one's own, in minutes before the start: as the server takes them. */
const [SOONEST_REMINDER, LONGEST_REMINDER] = [5, 7 * 24 * 60];
const LONGEST_VISIT = 24 * 60;
const LONGEST_LABEL = 64;

/** What stands in the form at first: now, or the chosen stretch of time, and the provider's own visit. */
export function newDraft(clinic: Clinic, providers: readonly Provider[], own: string, now: number, slot?: Slot): Draft {
  const next = Math.ceil((now + 1) / QUARTER_MS) * QUARTER_MS;
  const start = slot && slot.start > now ? slot.start : next;
  const mine = providers.find(({ id }) => id === own) ?? (providers.length === 1 ? providers[0] : undefined);
  return {
    name: "",
    type: "video",
    room: clinic.rooms[0] ?? "",
    ...lengthOf(clinic, slot),
    isNow: !slot || slot.start <= now,
    ...wallTime(start, clinic.zone),
    zone: clinic.zone,
    isSecond: isSecond(start, clinic.zone),
    patient: "",
    email: "",
    phone: "",
    providers: [mine?.id ?? ""],
    guestEmails: [],
    guestPhones: [],
    notes: {},
    reminders: clinic.reminders ?? [],
    language: clinic.languages?.[0] ?? "en",
  };
}

/** The option that takes as long as what was chosen; the first one where nothing was. */
function lengthOf({ options }: Clinic, slot?: Slot): Pick<Draft, "option" | "minutes"> {
  const first = options[0];
  if (!slot) return { option: first?.name ?? "", minutes: String(first?.minutes ?? 15) };
  const minutes = Math.round((slot.end - slot.start) / MINUTE_MS);
  const fitting = options.find((option) => option.minutes === minutes);
  return { option: fitting?.name ?? "", minutes: String(minutes) };
}

function wallTime(instant: number, zone: string): Pick<Draft, "day" | "time"> {
  return { day: dayOf(instant, zone), time: timeOf(instant, zone) };
}

function isSecond(instant: number, zone: string): boolean {
  return instantsOf(dayOf(instant, zone), timeOf(instant, zone), zone)[1] === instant;
}

/** A visit as it is, to be edited; its guests are invited from Visit Details. */
export function draftOf(visit: Visit, clinic: Clinic): Draft {
  const minutes = Math.round((visit.end - visit.start) / MINUTE_MS);
  const fitting = clinic.options.find(({ name }) => name === visit.option);
  return {
    name: visit.name,
    type: visit.type,
    room: visit.room,
    option: fitting?.minutes === minutes ? fitting.name : "",
    minutes: String(minutes),
    isNow: false,
    ...wallTime(visit.start, clinic.zone),
    zone: clinic.zone,
    isSecond: isSecond(visit.start, clinic.zone),
    patient: visit.patient.name,
    email: visit.patient.email ?? "",
    phone: visit.patient.phone ?? "",
    providers: visit.providers.map(({ id }) => id),
    guestEmails: [],
    guestPhones: [],
    notes: {},
    reminders: visit.reminders ?? [],
    language: visit.language || (clinic.languages?.[0] ?? "en"),
  };
}

/** When the draft's clock time is: none where clocks are set forward, two where they are set back. */
export function startsOf({ day, time, zone }: Pick<Draft, "day" | "time" | "zone">): number[] {
  return isDay(day) && /^\d\d:\d\d$/.test(time) ? instantsOf(day, time, zone) : [];
}

/** When it starts; null while that cannot be said. */
export function startOf(draft: Draft): number | null {
  const starts = startsOf(draft);
  return (draft.isSecond ? starts[1] : undefined) ?? starts[0] ?? null;
}

/** How long it takes, in minutes; NaN while that cannot be said. */
export function minutesOf(draft: Draft, { options }: Clinic): number {
  const option = options.find(({ name }) => name === draft.option);
  if (option) return option.minutes;
  const minutes = /^\d{1,4}$/.test(draft.minutes.trim()) ? Number(draft.minutes) : Number.NaN;
  return minutes >= 1 && minutes <= LONGEST_VISIT ? minutes : Number.NaN;
}

/** "Consultation, 30 min"; many options name their minutes themselves. */
export function optionText(name: string, minutes: number): string {
  return name.includes(String(minutes)) ? name : words.form.optionOf(name, minutes);
}

/** The guests in the order in which they are sent: all addresses, then all numbers. */
export function guestsOf({ guestEmails, guestPhones, notes }: Pick<Draft, "guestEmails" | "guestPhones" | "notes">): PlannedGuest[] {
  const noted = (contact: string) => {
    const { label, interpreter } = notes[contact] ?? NO_NOTE;
    return { ...(label.trim() ? { label: label.trim() } : {}), ...(interpreter ? { interpreter } : {}) };
  };
  return [
    ...guestEmails.map((email) => ({ email, ...noted(email) })),
    ...guestPhones.map((phone) => ({ phone, ...noted(phone) })),
  ];
}

/** What is wrong with a draft. An edited visit may stay where it is (`began`), in the past too. */
export function faultsOf(draft: Draft, clinic: Clinic, now: number, began?: number): Faults {
  const faults: [string, string][] = [
    ["patient.name", draft.patient.trim() ? "" : words.form.patientMissing],
    ["patient.email", draft.email.trim() && faultOf("email", draft.email.trim())],
    ["patient.phone", draft.phone.trim() && faultOf("phone", draft.phone.trim())],
    ["providers", draft.providers.some(Boolean) ? "" : words.form.providerMissing],
    ["minutes", Number.isNaN(minutesOf(draft, clinic)) ? words.form.minutesBad : ""],
    ["start", draft.isNow ? "" : startFault(draft, now, began)],
    ...guestFaults(draft),
  ];
  return Object.fromEntries(faults.filter(([, fault]) => fault));
}

function startFault(draft: Draft, now: number, began?: number): string {
  if (!isDay(draft.day) || !/^\d\d:\d\d$/.test(draft.time)) return words.form.timeMissing;
  const start = startOf(draft);
  if (start === null) return words.form.timeGap;
  return start <= now && start !== began ? words.form.timePast : "";
}

function guestFaults(draft: Draft): [string, string][] {
  const guests = guestsOf(draft);
  return [
    ...guests.map(({ email, phone = "" }, at): [string, string] =>
      email ? [`guests.${at}.email`, faultOf("email", email)] : [`guests.${at}.phone`, faultOf("phone", phone)],
    ),
    ...guests.map(({ label = "" }, at): [string, string] => [`guests.${at}.label`, label.length > LONGEST_LABEL ? words.form.labelLong : ""]),
    ["guests", guests.length > MOST_GUESTS ? words.form.guestsMost : ""],
  ];
}

/** The first thing that is said of a field or of what is in it. */
export function faultAt(faults: Faults, field: string): string | undefined {
  const key = field in faults ? field : Object.keys(faults).find((name) => name.startsWith(`${field}.`));
  return key === undefined ? undefined : faults[key];
}

/** The request; only for a draft without faults. */
export function plannedOf(draft: Draft, clinic: Clinic): PlannedVisit {
  return {
    name: draft.name.trim(),
    type: draft.type,
    room: draft.room,
    option: draft.option,
    minutes: minutesOf(draft, clinic),
    start: draft.isNow ? "now" : { local: `${draft.day}T${draft.time}`, zone: draft.zone, fold: draft.isSecond ? 1 : 0 },
    patient: { name: draft.patient.trim(), email: draft.email.trim(), phone: draft.phone.trim() },
    providers: [...new Set(draft.providers.filter(Boolean))],
    guests: guestsOf(draft),
    reminders: draft.reminders,
    language: draft.language,
  };
}

/** What of an edited visit is other than it was, its times apart. */
export function changesOf(before: Draft, after: Draft, clinic: Clinic): VisitChange {
  const [old, { start: _, minutes: __, guests: ___, ...planned }] = [plannedOf(before, clinic), plannedOf(after, clinic)];
  const changed = Object.entries(planned).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(old[key as keyof PlannedVisit]),
  );
  return Object.fromEntries(changed) as VisitChange;
}

/** The reminders with one more, the earliest first; the same one once. */
export function withReminder(reminders: readonly number[], minutes: number): number[] {
  return [...new Set([...reminders, minutes])].sort((one, other) => other - one).slice(0, MOST_REMINDERS);
}

/** A reminder of somebody's own, as minutes; null when it is none. */
export function reminderOf(count: string, unit: "minutes" | "hours" | "days"): number | null {
  if (!/^\d{1,5}$/.test(count.trim())) return null;
  const minutes = Number(count) * { minutes: 1, hours: 60, days: 24 * 60 }[unit];
  return minutes >= SOONEST_REMINDER && minutes <= LONGEST_REMINDER ? minutes : null;
}

