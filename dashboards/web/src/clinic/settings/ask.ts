/** Staff and keys over REST. Changes reject with `Refused`; `fields` says what is wrong with a form. */
import type { StaffRole } from "../clinic.ts";
import { change, get } from "../rest.ts";

export interface Member {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: StaffRole;
  /** May not sign in. */
  readonly disabled: boolean;
  /** Has not set a password yet. */
  readonly invited: boolean;
}

/** What a clinic can make somebody; who operates the servers is not the clinic's to say. */
export type ClinicRole = Exclude<StaffRole, "sre">;
export const CLINIC_ROLES: readonly ClinicRole[] = ["provider", "coordinator", "admin"];

/** Where somebody sets their password, once. */
export interface WelcomeLink {
  readonly welcome_url: string;
  /** Whether it is on its way to them. */
  readonly mailed: boolean;
}

/** Somebody new, and the link with which they set their password. */
export interface Welcomed extends WelcomeLink {
  readonly staff: Member;
}

export type Scope = "visits:read" | "visits:write" | "clinic:admin";

export interface KeyInfo {
  readonly id: string;
  readonly name: string;
  /** Those of `Scope`, and what the operator gave: `dialin`. */
  readonly scopes: readonly string[];
  readonly created_at: number;
}

export type MemberChange = Partial<{ readonly name: string; readonly role: ClinicRole; readonly disabled: boolean }>;

const staffPath = (id: string): string => `/staff/${encodeURIComponent(id)}`;

export const listMembers = (): Promise<Member[]> => get("/staff/all");
export const inviteMember = (name: string, email: string, role: ClinicRole): Promise<Welcomed> =>
  change("POST", "/staff", { name, email, role });
export const changeMember = (id: string, to: MemberChange): Promise<Member> =>
  change("PATCH", staffPath(id), to);
/** A new link; older ones stop working. */
export const newWelcome = (id: string): Promise<WelcomeLink> => change("POST", `${staffPath(id)}/welcome`);

export const listKeys = (): Promise<KeyInfo[]> => get("/api-keys");
/** The key's text is answered this once. */
export const makeKey = (name: string, scopes: readonly Scope[]): Promise<{ readonly id: string; readonly key: string }> =>
  change("POST", "/api-keys", { name, scopes });
export const withdrawKey = (id: string): Promise<null> => change("DELETE", `/api-keys/${encodeURIComponent(id)}`);
