/** The stretch of time that is chosen for a new visit, as the keyboard moves it. Pure; instants are ms since 1970 (UTC). */
import { addDays, dayOf, instantsOf, timeOf } from "../day.ts";
import type { Slot } from "./form/draft.ts";

export const STEP_MS = 15 * 60_000;
const LONGEST_MS = 8 * 60 * 60_000;

/** The quarter of an hour that an instant is in. */
export function quarterOf(instant: number): Slot {
  const start = Math.floor(instant / STEP_MS) * STEP_MS;
  return { start, end: start + STEP_MS };
}

/** How far a key moves a slot; null for keys that do not. */
export function stepOf(key: string, withShift: boolean): { readonly steps: number; readonly days: number; readonly longer: number } | null {
  const step = { steps: 0, days: 0, longer: 0 };
  const by = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (by !== undefined) return withShift ? { ...step, longer: by } : { ...step, steps: by };
  const days = { ArrowRight: 1, ArrowLeft: -1, PageDown: 7, PageUp: -7 }[key];
  return days === undefined || withShift ? null : { ...step, days };
}

/** The slot after a step: on another day it keeps its time of day; it is never in the past, and never shorter than a step. */
export function moved(slot: Slot, by: { steps: number; days: number; longer: number }, zone: string, now: number): Slot {
  const length = Math.min(LONGEST_MS, Math.max(STEP_MS, slot.end - slot.start + by.longer * STEP_MS));
  const start = Math.max(quarterOf(now).start, onDay(slot.start, by.days, zone) + by.steps * STEP_MS);
  return { start, end: start + length };
}

/** The same time of day so many days later; where clocks are set forward over it, an hour later. */
function onDay(instant: number, days: number, zone: string): number {
  if (!days) return instant;
  const day = addDays(dayOf(instant, zone), days);
  const time = timeOf(instant, zone);
  const later = `${String((Number(time.slice(0, 2)) + 1) % 24).padStart(2, "0")}${time.slice(2)}`;
  return instantsOf(day, time, zone)[0] ?? instantsOf(day, later, zone)[0] ?? instant + days * 24 * 60 * 60_000;
}

/** How many of these lie over the slot. */
export function over(slot: Slot, visits: Iterable<Slot>): number {
  let found = 0;
  for (const { start, end } of visits) if (start < slot.end && end > slot.start) found += 1;
  return found;
}

const DAY_MS = 24 * 60 * 60_000;

/** The first quarter of an hour that nothing lies over, from `from` on and not before the next one from now. */
export function firstFree(visits: readonly Slot[], from: number, now: number): Slot {
  const begin = quarterOf(Math.max(now + STEP_MS, from));
  for (let start = begin.start; start < begin.start + DAY_MS; start += STEP_MS) {
    const slot = { start, end: start + STEP_MS };
    if (!over(slot, visits)) return slot;
  }
  return begin;
}
