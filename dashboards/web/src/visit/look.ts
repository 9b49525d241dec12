/** What the link shows before joining (D12). Looking changes nothing. */

import { signal, type ReadonlySignal } from "@preact/signals";
import { call, Refused, type Door, type Panel } from "../wire/index.ts";
import type { Telephone } from "./ByPhone.tsx";
import { followVisit } from "./speech.ts";

export type Look =
  | { readonly at: "looking" }
  /** Not looked at all: see `Arrival.spelled`. */
  | { readonly at: "unseen" }
  | { readonly at: "seen"; readonly door: Door }
  | { readonly at: "refused"; readonly refusal: Refused };

const look = signal<Look>({ at: "looking" });

export const seen: ReadonlySignal<Look> = look;

export async function lookAt(token: string): Promise<void> {
  look.value = { at: "looking" };
  try {
    const door = await call<Door>("POST", "/links/look", { token });
    await followVisit(door.language);
    look.value = { at: "seen", door };
  } catch (error) {
    look.value = { at: "refused", refusal: error instanceof Refused ? error : new Refused("failed") };
  }
}

export function unseen(): void {
  look.value = { at: "unseen" };
}

const byPhone = signal<Telephone | undefined>(undefined);

/** How to take part by telephone, once asked; undefined where there is no way. */
export function telephone(): Telephone | undefined {
  return byPhone.value;
}

/** Ask how the link's holder takes part by telephone, as the same person (D11). */
export async function askTelephone(token: string): Promise<void> {
  if (byPhone.peek()) return;
  const told = await call<Telephone>("POST", "/links/phone", { token }).catch(() => undefined);
  if (told?.number) byPhone.value = told;
}

/** The same for the patient, whose link has no PIN of its own: they use the visit's (R13). */
export async function askPatientsTelephone(token: string): Promise<void> {
  if (byPhone.peek()) return;
  const told = await call<Panel>("POST", "/links/panel", { token }).catch(() => undefined);
  if (told?.number) byPhone.value = { number: told.number, pin: told.pin };
}
