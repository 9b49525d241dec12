/**
 * Calls that outlive a sign-in.
 *
 * A call that finds the staff member signed out waits until they are signed in again and is then made once more, as the very same
 * change, so that nobody loses what they typed. Refusals are thrown as `Refused`, see wire/rest.ts.
 */
import { call, randomText, Refused } from "../wire/index.ts";

type Change = "POST" | "PATCH" | "DELETE";

/** What to do when nobody is signed in; resolves to whether somebody is now. */
let askToSignIn: () => Promise<boolean> = async () => false;

/** Say how a person is asked to sign in again; the account does. */
export function whenSignedOut(ask: () => Promise<boolean>): void {
  askToSignIn = ask;
}

export function get<Answer>(path: string): Promise<Answer> {
  return signedIn(() => call<Answer>("GET", path));
}

/** Ask for a change, which has one effect however often it is sent; with an `op` of the caller's own also over several calls. */
export function change<Answer>(method: Change, path: string, body?: object, op = randomText()): Promise<Answer> {
  return signedIn(() => call<Answer>(method, path, body ?? (method === "DELETE" ? undefined : {}), op));
}

async function signedIn<Answer>(send: () => Promise<Answer>): Promise<Answer> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "sign_in" || !(await askToSignIn())) throw error;
    return send();
  }
}
