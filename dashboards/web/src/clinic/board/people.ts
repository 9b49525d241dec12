/** Who belongs to a visit: everyone with a place in it, and the patient and the providers even before they come. */
import { inOrder, type Participant, type Role, type Row } from "../../wire/index.ts";
import { isOver } from "./filter.ts";
import { type SeatTone, toneOf } from "./presence.ts";

export interface Person {
  readonly key: string;
  readonly name: string;
  readonly role: Role;
  /** null as long as they have not come. */
  readonly seat: Participant | null;
}

export interface People {
  readonly patients: readonly Person[];
  readonly providers: readonly Person[];
  /** Guests, on telephones too, and interpreters. */
  readonly guests: readonly Person[];
}

/** Everyone of a visit, in the order in which lists show them. */
export function peopleOf(row: Row): People {
  const seated = inOrder(row.seats).map(personOf);
  const patients = seated.filter(({ role }) => role === "patient");
  const providers = seated.filter(({ role }) => role === "provider");
  const { patient = "", providers: expected = [] } = row.visit;
  const here = new Set(providers.map(({ name }) => name));
  return {
    patients: patients.length || !patient ? patients : [absent("patient", patient)],
    providers: [...providers, ...expected.filter((name) => !here.has(name)).map((name) => absent("provider", name))],
    guests: seated.filter(({ role }) => role !== "patient" && role !== "provider"),
  };
}

function personOf(seat: Participant): Person {
  return { key: seat.seat, name: seat.name, role: seat.role, seat };
}

function absent(role: Role, name: string): Person {
  return { key: `${role}:${name}`, name, role, seat: null };
}

/** R12's two lists. Below the line, who waits to be let in stands first, since somebody must do something about it. */
export function aroundTheLine(row: Row): { readonly above: readonly Person[]; readonly below: readonly Person[] } {
  const { patients, providers, guests } = peopleOf(row);
  const all = [...providers, ...patients, ...guests];
  const above = isOver(row.visit) ? [] : all.filter(({ seat }) => seat?.standing === "in");
  const below = all.filter((person) => !above.includes(person)).sort((a, b) => placeBelow(a) - placeBelow(b));
  return { above, below };
}

function placeBelow({ seat }: Person): number {
  if (seat?.standing === "waiting") return 0;
  if (seat?.standing === "held") return 1;
  return seat ? 3 : 2;
}

/** Those who need somebody first: who waits or is lost, then who is early or in, then who has gone. */
export function byUrgency(people: readonly Person[]): Person[] {
  return [...people].sort((a, b) => URGENCY[toneOf(a.seat)] - URGENCY[toneOf(b.seat)]);
}

const URGENCY: Record<SeatTone, number> = { wait: 0, lost: 1, early: 2, in: 3, absent: 4, gone: 5 };

/** How many of these people stand how, those who need somebody first. */
export function tallyOf(people: readonly Person[]): { readonly tone: SeatTone; readonly count: number }[] {
  const tones = byUrgency(people).map(({ seat }) => toneOf(seat));
  return [...new Set(tones)].map((tone) => ({ tone, count: tones.filter((one) => one === tone).length }));
}

/** The names of those with this standing, for questions such as "who is still inside?". */
export function namesOf(row: Row, standing: Participant["standing"]): string[] {
  return inOrder(row.seats)
    .filter((seat) => seat.standing === standing)
    .map((seat) => seat.name);
}
