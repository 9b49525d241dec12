/** A call from the page, from the click to the hang-up. */

import { signal } from "@preact/signals";
import { Sound } from "./sound.ts";
import { Stream, type Ticket } from "./stream.ts";

/** What the person is told. */
export type Stand = "idle" | "calling" | "live" | "deaf" | "over" | "lost" | "unreachable" | "silent";

interface Clinic {
  readonly port: number;
  readonly number: string;
  /** The number as people read it. */
  readonly shown: string;
}

const HUNG_UP = 1000;

export class Call {
  readonly stand = signal<Stand>("idle");
  readonly typed = signal("");
  readonly shown = signal("");
  #stream: Stream | undefined;
  #sound: Sound | undefined;

  get running(): boolean {
    return this.stand.value === "calling" || this.stand.value === "live" || this.stand.value === "deaf";
  }

  /** Ask where calls go, to show the number. */
  async look(): Promise<Clinic | undefined> {
    try {
      const answer = await fetch("/api/v1/dev/phone");
      if (!answer.ok) return undefined;
      const clinic = (await answer.json()) as Clinic;
      this.shown.value = clinic.shown;
      return clinic;
    } catch {
      return undefined;
    }
  }

  /** Call the clinic. */
  async dial(): Promise<void> {
    if (this.running) return;
    this.stand.value = "calling";
    this.typed.value = "";
    let sound: Sound;
    try {
      sound = this.#sound = await Sound.open();
    } catch {
      this.stand.value = "silent";
      return;
    }
    const [clinic, heard] = await Promise.all([this.look(), sound.listen()]);
    const ticket = clinic && (await announce(clinic));
    if (!clinic || !ticket) this.#end("unreachable");
    else this.#connect(clinic, ticket, sound, heard);
  }

  #connect({ port }: Clinic, ticket: Ticket, sound: Sound, heard: boolean): void {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.hostname}:${port}/dialin/telephony/stream`);
    socket.onopen = () => {
      const stream = (this.#stream = new Stream(socket, sound, ticket));
      sound.onVoice = (samples) => stream.speak(samples);
      sound.onMark = (name) => stream.reached(name);
      this.stand.value = heard ? "live" : "deaf";
    };
    socket.onmessage = ({ data }) => this.#stream?.heard(String(data));
    socket.onclose = ({ code }) => {
      const before = this.#stream === undefined;
      this.#end(code === HUNG_UP ? "over" : before ? "unreachable" : "lost");
    };
  }

  /** Press a key. */
  press(digit: string): void {
    if (!this.#stream) return;
    this.#stream.press(digit);
    this.#sound?.tone(digit);
    this.typed.value += digit;
  }

  /** Hang up. */
  hangUp(): void {
    this.#stream?.hangUp();
    if (this.running) this.#end("over");
  }

  #end(stand: Stand): void {
    this.#stream = undefined;
    const sound = this.#sound;
    this.#sound = undefined;
    void sound?.close();
    if (this.running) this.stand.value = stand;
  }
}

/** Announce a call to the dial-in, as a telephony company would; undefined when it is not there. */
async function announce({ port, number }: Clinic): Promise<Ticket | undefined> {
  try {
    // a plain text body needs no question beforehand, which the dial-in would not answer
    const answer = await fetch(`${location.protocol}//${location.hostname}:${port}/dialin/dev/call`, {
      method: "POST",
      body: JSON.stringify({ dialled: number }),
    });
    return answer.ok ? ((await answer.json()) as Ticket) : undefined;
  } catch {
    return undefined;
  }
}
