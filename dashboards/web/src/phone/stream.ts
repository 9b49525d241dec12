/** The caller's end of a Media Streams connection: what a telephony company does for a call, done by a page. */

import { decode, encode, fromBase64, toBase64 } from "./mulaw.ts";

/** Where a call's sound goes. */
export interface Speaker {
  play(samples: Float32Array): void;
  /** Call back once all that was played before is heard, or thrown away. */
  mark(name: string): void;
  clear(): void;
}

/** What a WebSocket is to us. */
export interface Socket {
  send(text: string): void;
  close(code?: number): void;
  readonly readyState: number;
}

/** Who is calling, and with what right. */
export interface Ticket {
  readonly call: string;
  readonly ticket: string;
}

const OPEN = 1;
const HUNG_UP = 1000;

/** One call. Tell it what the socket says; say with it what the caller does. */
export class Stream {
  #sequence = 0;
  #chunk = 0;
  readonly #sid: string;
  readonly #socket: Socket;
  readonly #speaker: Speaker;

  constructor(socket: Socket, speaker: Speaker, ticket: Ticket) {
    this.#socket = socket;
    this.#speaker = speaker;
    this.#sid = `MZ${ticket.call.slice(2)}`;
    this.#send({ event: "connected", protocol: "Call", version: "1.0.0" });
    this.#event("start", {
      start: {
        accountSid: "",
        streamSid: this.#sid,
        callSid: ticket.call,
        tracks: ["inbound"],
        mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 },
        customParameters: { ticket: ticket.ticket },
      },
    });
  }

  /** The other side said something. */
  heard(text: string): void {
    const message = JSON.parse(text) as Message;
    if (message.event === "media") this.#speaker.play(decode(fromBase64(message.media.payload)));
    else if (message.event === "mark") this.#speaker.mark(message.mark.name);
    else if (message.event === "clear") this.#speaker.clear();
  }

  /** What was played up to a mark has been heard. */
  reached(name: string): void {
    this.#event("mark", { mark: { name } });
  }

  /** The caller's voice: 160 samples, 20 ms. */
  speak(samples: Float32Array): void {
    this.#chunk += 1;
    const timestamp = String(this.#chunk * 20);
    const payload = toBase64(encode(samples));
    this.#event("media", { media: { track: "inbound", chunk: String(this.#chunk), timestamp, payload } });
  }

  /** A key was pressed. */
  press(digit: string): void {
    this.#event("dtmf", { dtmf: { track: "inbound_track", digit } });
  }

  /** The caller hangs up. */
  hangUp(): void {
    this.#event("stop", { stop: {} });
    this.#socket.close(HUNG_UP);
  }

  #event(event: string, fields: object): void {
    this.#sequence += 1;
    this.#send({ event, sequenceNumber: String(this.#sequence), streamSid: this.#sid, ...fields });
  }

  #send(message: object): void {
    if (this.#socket.readyState === OPEN) this.#socket.send(JSON.stringify(message));
  }
}

type Message =
  | { readonly event: "media"; readonly media: { readonly payload: string } }
  | { readonly event: "mark"; readonly mark: { readonly name: string } }
  | { readonly event: "clear" };
