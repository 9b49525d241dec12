/** What the link shows before joining (D12). Looking changes nothing. */

import { signal, type ReadonlySignal } from "@preact/signals";
import { call, Refused, type Door } from "../wire/index.ts";
import type { Telephone } from "./ByPhone.tsx";

/** A door as the link's holder sees it: the number and PIN are their own, where the server gives them. */
export interface DoorSeen extends Door {
  readonly number?: string;
  readonly pin?: string;
}

export type Look =
  | { readonly at: "looking" }
  /** Not looked at all: see `Arrival.spelled`. */
  | { readonly at: "unseen" }
  | { readonly at: "seen"; readonly door: DoorSeen }
  | { readonly at: "refused"; readonly refusal: Refused };

const look = signal<Look>({ at: "looking" });

export const seen: ReadonlySignal<Look> = look;

export async function lookAt(token: string): Promise<void> {
  look.value = { at: "looking" };
  try {
    look.value = { at: "seen", door: await call<DoorSeen>("POST", "/links/look", { token }) };
  } catch (error) {
    look.value = { at: "refused", refusal: error instanceof Refused ? error : new Refused("failed") };
  }
}

export function unseen(): void {
  look.value = { at: "unseen" };
}

/** How to take part by telephone, as far as the look told. */
export function telephone(): Telephone | undefined {
  const { value } = look;
  if (value.at === "seen" && value.door.number) return { number: value.door.number, pin: value.door.pin ?? "" };
  return undefined;
}
