/** A clinic's day for the tests: visits and people with everything plain, but what the test says. */
import type { Person } from "../../src/clinic/board/people.ts";
import type { Participant, Row, VisitInfo } from "../../src/wire/index.ts";

export const MINUTE = 60_000;
/** Monday, June 2, 2025, 2:30 PM in Los Angeles. */
export const NOW = Date.UTC(2025, 5, 2, 21, 30);
export const ZONE = "America/Los_Angeles";

export function seat(facts: Partial<Participant>): Participant {
  return { seat: "s", role: "guest", name: "Mia", standing: "in", link: "ok", ...facts };
}

export function person(facts: Partial<Participant>): Person & { readonly seat: Participant } {
  const its = seat(facts);
  return { key: its.seat, name: its.name, role: its.role, seat: its };
}

export function visit(facts: Partial<VisitInfo>): VisitInfo {
  const times = { start: NOW, end: NOW + 15 * MINUTE, lapses_at: NOW + 15 * MINUTE };
  return { visit: "v", status: "open", zone: ZONE, clinic: "Harbor Clinic", patient: "Ana Lee", ...times, ...facts };
}

export function row(facts: Partial<VisitInfo>, seats: readonly Participant[] = []): Row {
  return { visit: visit(facts), seats: Object.fromEntries(seats.map((one) => [one.seat, one])) };
}
