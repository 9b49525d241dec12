/** Inviting from a visit: what is asked of the server, and what is told when some of it is refused. Knows nothing of pages. */

import type { Connection } from "../wire/connection.ts";
import type { Panel } from "../wire/messages.ts";
import { randomText } from "../wire/random.ts";
import { Refused } from "../wire/refusal.ts";
import { call } from "../wire/rest.ts";

/** One person to invite; each gets a link and a PIN of their own (D3). */
export interface Recipient {
  readonly email?: string;
  readonly phone?: string;
  /** Who it is, for the clinic's eyes: "Daughter". */
  readonly label?: string;
  readonly interpreter?: boolean;
}

/** A way to invite: by the patient's own link, or from a seat in the visit. */
export interface Inviter {
  /** The shared link, number and PIN. Rejects with `Refused`. */
  panel(): Promise<Panel>;
  /** Send an invitation; the same `op` again has no second effect. Rejects with `Refused`. */
  send(recipient: Recipient, op: string): Promise<unknown>;
}

/** The patient, before they are in the call (R13). */
export function byLink(token: string): Inviter {
  return {
    panel: () => call<Panel>("POST", "/links/panel", { token }),
    send: (recipient, op) => call("POST", "/links/invite", { token, ...recipient }, op),
  };
}

/** Somebody in the call (R7). */
export function bySeat(connection: Connection): Inviter {
  return {
    panel: () => connection.request({ t: "get.panel" }),
    send: (recipient, op) => connection.request({ t: "invite", op, ...recipient }),
  };
}

/** Everyone named: an address and a number are two people, since nobody said that they are one. */
export function recipients(emails: readonly string[], phones: readonly string[], about: Pick<Recipient, "label" | "interpreter">): Recipient[] {
  return [...emails.map((email) => ({ email, ...about })), ...phones.map((phone) => ({ phone, ...about }))];
}

/** What is shown of somebody invited: the address, or the number. */
export function addressOf({ email, phone }: Recipient): string {
  return email ?? phone ?? "";
}

export interface Outcome {
  readonly sent: readonly Recipient[];
  /** Addresses and numbers that were refused, each with why. */
  readonly faults: readonly (readonly [address: string, refusal: Refused])[];
  /** Why nothing more was tried: it would be refused for the others too. */
  readonly stopped: Refused | undefined;
}

/** Sends invitations one after the other, and knows what it sent: pressed again after a lost answer, nobody gets two. */
export class Sending {
  readonly #inviter: Inviter;
  readonly #ops = new Map<string, string>();

  constructor(inviter: Inviter) {
    this.#inviter = inviter;
  }

  async send(all: readonly Recipient[]): Promise<Outcome> {
    const sent: Recipient[] = [];
    const faults: [string, Refused][] = [];
    for (const recipient of all) {
      const refusal = await this.#one(recipient);
      const own = refusal && theirs(refusal);
      if (!refusal) sent.push(recipient);
      else if (own) faults.push([addressOf(recipient), own]);
      else return { sent, faults, stopped: refusal };
    }
    return { sent, faults, stopped: undefined };
  }

  async #one(recipient: Recipient): Promise<Refused | undefined> {
    const key = JSON.stringify(recipient);
    const op = this.#ops.get(key) ?? randomText();
    this.#ops.set(key, op);
    try {
      await this.#inviter.send(recipient, op);
      this.#ops.delete(key); // asked for once more later, it is meant
      return undefined;
    } catch (error) {
      return error instanceof Refused ? error : new Refused("failed");
    }
  }
}

/** A refusal of one person alone, in their field's own sentence if there is one; undefined when it would be every other's too. */
function theirs(refusal: Refused): Refused | undefined {
  const sentence = refusal.fields["email"] ?? refusal.fields["phone"];
  if (sentence) return new Refused("bad_address", sentence);
  return THEIRS.has(refusal.code) ? refusal : undefined;
}

/** Refusals that speak of one address or number; all others speak of the visit, the clinic or the connection. */
const THEIRS = new Set(["bad_address", "phone_not_served", "opted_out"]);
