/** The two subprotocols: MessagePack, which the app speaks, and JSON, which people can read (`?debug`). */

import { decode, encode } from "@msgpack/msgpack";
import { SUBPROTOCOLS } from "./messages.ts";
import type { FromClient, FromServer, Numbered } from "./messages.ts";

/** What one frame holds: a bare message, or a message of a stream with its number. */
export type Arrival = { readonly seq: 0; readonly message: FromServer } | { readonly seq: number; readonly message: Numbered };

export interface Codec {
  readonly subprotocol: string;
  encode(message: FromClient): string | Uint8Array<ArrayBuffer>;
  /** Throws when the bytes are not what the subprotocol says; nothing but a bug of the server's does that. */
  decode(data: unknown): Arrival;
}

export const msgpack: Codec = {
  subprotocol: SUBPROTOCOLS.MSGPACK,
  encode: (message) => encode(message),
  decode: (data) => frame(decode(data as ArrayBuffer)),
};

export const json: Codec = {
  subprotocol: SUBPROTOCOLS.JSON,
  encode: (message) => JSON.stringify(message),
  decode: (data) => frame(JSON.parse(data as string)),
};

/** Tell the pair `[seq, message]` from a bare message. */
function frame(value: unknown): Arrival {
  if (Array.isArray(value) && typeof value[0] === "number" && isMessage(value[1])) {
    return { seq: value[0], message: value[1] as Numbered };
  }
  if (isMessage(value)) return { seq: 0, message: value };
  throw new TypeError("neither a message nor a numbered one");
}

function isMessage(value: unknown): value is FromServer {
  return typeof value === "object" && value !== null && typeof (value as { t?: unknown }).t === "string";
}
