/** Who is signed in, and what happens when they are no more: they sign in again over the page, and it goes on. */
import { signal } from "@preact/signals";
import { call, Refused } from "../../wire/index.ts";
import { whenSignedOut } from "../rest.ts";
import type { Clinic, Me } from "../clinic.ts";

/** "unknown" until the server has said. */
export const me = signal<Me | null | "unknown">("unknown");

/** Whether somebody who was signed in is no more: the page stays, a form lies over it. */
export const signedOut = signal(false);

let waiting: ((again: boolean) => void)[] = [];

/** Ask the server who is signed in. Throws `Refused` when it cannot be asked. */
export async function whoAmI(): Promise<void> {
  whenSignedOut(signInAgain);
  try {
    me.value = await call<Me>("GET", "/me");
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "sign_in") throw error;
    me.value = null;
  }
}

/** Sign in, first or again. Throws `Refused`: `sign_in_refused`, or `sign_in_slow` with how long to wait. */
export async function signIn(email: string, password: string): Promise<void> {
  const now = await call<Me>("POST", "/sign-in", { email, password });
  const before = me.peek();
  if (before && before !== "unknown" && before.user.id !== now.user.id) {
    location.reload(); // somebody else's page is none of theirs
    return;
  }
  me.value = now;
  signedOut.value = false;
  settle(true);
}

/** Set the password that a welcome link is for, and be signed in. Throws `Refused`. */
export async function setPassword(token: string, password: string): Promise<void> {
  await call<Me>("POST", "/welcome", { token, password });
}

/** The clinic's settings were changed on this page: what stands above it follows. */
export function clinicChanged({ id, name, zone, logo, week_starts }: Clinic): void {
  const known = me.peek();
  if (known && known !== "unknown") me.value = { ...known, clinic: { id, name, zone, logo, week_starts } };
}

export async function signOut(): Promise<void> {
  await call("POST", "/sign-out", {}).catch((error: unknown) => {
    if (!(error instanceof Refused) || error.code !== "sign_in") throw error;
  });
  location.assign("/");
}

/** Have the person sign in again; resolves when they have. Calls that come meanwhile wait for the same. */
export function signInAgain(): Promise<boolean> {
  signedOut.value = true;
  return new Promise((resolve) => waiting.push(resolve));
}

function settle(again: boolean): void {
  const all = waiting;
  waiting = [];
  for (const resolve of all) resolve(again);
}
