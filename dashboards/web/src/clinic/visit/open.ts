/** What lies open over or beside the waiting room, apart from the address: a question, a panel. */
import { signal } from "@preact/signals";
import { openVisit } from "../address.ts";

/** The visit that is about to be ended or cancelled, "" for none. */
export const ending = signal("");

/** The visit whose Add Participants panel is open, "" for none. */
export const adding = signal("");

/** Open the Add Participants panel of a visit, in its details (R8). */
export function addParticipants(visit: string): void {
  adding.value = visit;
  openVisit(visit);
}

/** Whether the form for a new visit is open. */
export const creating = signal(false);

/** The stretch of time that was chosen for it on the calendar, ms since 1970; null when none was. */
export const chosen = signal<{ readonly start: number; readonly end: number } | null>(null);

/** The visit whose form is open to be changed, "" for none. */
export const editing = signal("");

/** The visit that the form made or changed last, and its start; each time a new object. */
export const saved = signal<{ readonly visit: string; readonly start: number } | null>(null);
