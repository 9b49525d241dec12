/** What a connection is given, and what it tells. */

import type { Bye, FromServer, HelloLink, HelloSeat, HelloStaff } from "./messages.ts";
import { LIMITS } from "./messages.ts";
import type { Refused } from "./refusal.ts";

type Without<Message, Key extends PropertyKey> = Message extends unknown ? Omit<Message, Key> : never;

/** The first message; its id is the connection's own. */
export type Hello = Without<HelloLink | HelloSeat | HelloStaff, "id">;

/** The last numbered message seen; an empty stream: none. */
export interface Position {
  readonly stream: string;
  readonly seq: number;
}

export const NOWHERE: Position = { stream: "", seq: 0 };

/** Why a connection is over for good. */
export type Over =
  | { readonly by: "refused"; readonly refusal: Refused }
  | { readonly by: "bye"; readonly bye: Bye }
  | { readonly by: "closed"; readonly code: number }
  | { readonly by: "us" };

export type ConnectionState =
  | { readonly at: "connecting"; readonly attempt: number }
  | { readonly at: "open" }
  /** Not connected; the next try is in `inMs`. */
  | { readonly at: "lost"; readonly attempt: number; readonly inMs: number }
  | { readonly at: "over"; readonly over: Over };

/** Every waiting time, in milliseconds. */
export const TIMINGS = {
  /** A server that said nothing for so long is gone. */
  silence: LIMITS.giveUpAfterMs,
  /** From opening to `ready`. */
  opening: 10_000,
  /** How soon a beat must come after the network changed or the page woke up. */
  probe: LIMITS.beatAfterMs + 1_000,
  /** Open for so long, a connection counts as healthy and the backoff starts anew. */
  healthy: 10_000,
  /** The least wait after the server called us too fast, or said what we cannot read. */
  rebuked: 5_000,
  /** How long a request waits for its answer, reconnects included. */
  answer: 20_000,
};
export type Timings = { readonly [name in keyof typeof TIMINGS]: number };

export interface Options {
  /** Where to connect; asked after `hello`, so that a ticket's answer can choose. `moved` overrides it. */
  readonly url: string | (() => string);
  /** The page's own address for sockets, where any node that lives answers: tried when another address does not. */
  readonly home?: string;
  /** Make the first message. A rejection with `Refused` whose `retryAfterMs` is 0 and whose code is no passing one is final. */
  readonly hello: (position: Position) => Hello | Promise<Hello>;
  readonly onMessage: (message: FromServer) => void;
  readonly onState: (state: ConnectionState) => void;
  readonly debug?: boolean;
  readonly timings?: Partial<Timings>;
  readonly random?: () => number;
}
