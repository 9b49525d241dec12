/** Who reads of it when a visit is moved, changed or cancelled. */
import type { PatientContact } from "../clinic.ts";
import { words } from "../words.ts";

/** An invitation as it is listed; contacts are masked. */
export interface Invited {
  readonly state: string;
  readonly email: string;
  readonly phone: string;
}

/** Invitations that are over: nothing more is sent to them. */
const OVER: ReadonlySet<string> = new Set(["revoked", "expired"]);

/** One sentence; guests are counted and not named, since their contacts are masked. */
export function toldSentence(patient: PatientContact, invited: readonly Invited[]): string {
  const ways = [patient.email ? words.told.email : "", patient.phone ? words.told.text : ""].filter(Boolean);
  const guests = invited.filter(({ email, phone, state }) => (email || phone) && !OVER.has(state)).length;
  const who = [
    ...(ways.length ? [words.told.patient(patient.name, ways)] : []),
    ...(guests ? [words.told.guests(guests)] : []),
  ];
  return who.length ? words.told.who(who, (ways.length ? 1 : 0) + guests) : words.told.nobody;
}
