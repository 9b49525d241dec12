/** What the server tells the staff app over REST, and the calls that ask for it. Times are milliseconds since 1970 (UTC). */
import type { Language } from "../ui/language.ts";
import type { Status } from "../wire/index.ts";
import type { Recipient } from "../visit/inviting.ts";
import { change, get } from "./rest.ts";

export type StaffRole = "provider" | "coordinator" | "admin" | "sre";

/** The day with which weeks begin: 0 is Sunday, 1 Monday. */
export type Weekday = 0 | 1 | 2 | 3 | 4 | 5 | 6;

export interface Me {
  readonly user: { readonly id: string; readonly name: string; readonly email: string; readonly role: StaffRole };
  readonly clinic: { readonly id: string; readonly name: string; readonly zone: string; readonly logo?: string; readonly week_starts: Weekday };
}

export type Admission = "direct" | "provider_admits";

export interface VisitOption {
  readonly name: string;
  readonly minutes: number;
}

export interface Clinic {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  /** Whose telephone numbers are written without a country: two letters. */
  readonly country: string;
  readonly week_starts: Weekday;
  readonly phone: string;
  /** An address of an image, or the image itself as a `data:` URL; "" for none. */
  readonly logo: string;
  readonly admission: Admission;
  readonly guests_by_provider: boolean;
  readonly guests_by_patient: boolean;
  /** Whether patients may cancel their own visit from their page (R13). */
  readonly patients_cancel: boolean;
  readonly opens_before_minutes: number;
  readonly grace_minutes: number;
  /** How many people may be in a visit by browser (D13). */
  readonly capacity: number;
  /** The dial-in numbers, as people read them. */
  readonly dial_in_as_read: readonly string[];
  readonly rooms: readonly string[];
  readonly options: readonly VisitOption[];
  /** Minutes before the start of a visit, if nobody chooses others. */
  readonly reminders: readonly number[];
  /** Of messages and guests' pages; the first is the clinic's own. */
  readonly languages: readonly Language[];
  readonly retention_days: number;
  readonly public_url: string;
}

/** The settings that the Settings page changes. */
export type ClinicChange = Partial<Omit<Clinic, "id" | "dial_in_as_read" | "public_url" | "week_starts">>;

export interface Provider {
  readonly id: string;
  readonly name: string;
  readonly role: StaffRole;
}

export interface Visit {
  readonly id: string;
  readonly status: Status;
  readonly name: string;
  readonly type: VisitType;
  readonly room: string;
  readonly option: string;
  readonly start: number;
  readonly end: number;
  readonly zone: string;
  readonly patient: PatientContact;
  readonly providers: readonly { readonly id: string; readonly name: string }[];
  /** Of the messages; absent or "" where it is the clinic's own. */
  readonly language?: string;
  /** Minutes before the start. */
  readonly reminders?: readonly number[];
  /** The patient's own link, for staff only. */
  readonly patient_link?: string;
}

export type VisitType = "video" | "phone";

/** Where a patient's messages go; only those who schedule see it. */
export interface PatientContact {
  readonly name: string;
  readonly email?: string;
  readonly phone?: string;
}

/** A new invitation with what there is to hand over; a PIN is ten digits. */
export interface NewInvitation {
  readonly invitation: string;
  readonly label: string;
  readonly link: string;
  readonly number: string;
  readonly pin: string;
  readonly expires_at: number;
  readonly state: string;
}

export interface Ticket {
  readonly ticket: string;
  readonly ws_url: string;
  readonly expires_at: number;
}

const visitPath = (visit: string): string => `/visits/${encodeURIComponent(visit)}`;
const invitationPath = (visit: string, invitation: string): string =>
  `${visitPath(visit)}/invitations/${encodeURIComponent(invitation)}`;

export const readClinic = (): Promise<Clinic> => get("/clinic");
export const changeClinic = (changes: ClinicChange): Promise<Clinic> => change("PATCH", "/clinic", changes);
export const listStaff = (): Promise<Provider[]> => get("/staff");
export const makeTicket = (): Promise<Ticket> => change("POST", "/tickets");
export const readVisit = (visit: string): Promise<Visit> => get(visitPath(visit));
export const cancelVisit = (visit: string): Promise<Visit> => change("POST", `${visitPath(visit)}/cancel`);
export const invite = (visit: string, recipient: Recipient, op?: string): Promise<NewInvitation> =>
  change("POST", `${visitPath(visit)}/invitations`, recipient, op);
export const resend = (visit: string, invitation: string): Promise<null> =>
  change("POST", `${invitationPath(visit, invitation)}/resend`);
export const revoke = (visit: string, invitation: string): Promise<null> => change("DELETE", invitationPath(visit, invitation));
