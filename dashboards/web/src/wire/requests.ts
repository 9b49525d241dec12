/** Questions that wait for their answer, across reconnects: a change is sent again with the same `op`, so it has one effect. */

import type { Board, Details, FromClient, FromServer, Ice, Invited, Ok, Panel } from "./messages.ts";
import { randomText } from "./random.ts";
import { NO_ANSWER, Refused } from "./refusal.ts";

/** Every message that is answered, except the hellos and what only telephones say. */
export type Asking = Exclude<Extract<FromClient, { readonly id: number }>, { readonly t: `hello.${string}` | "digits" }>;

/** A question as the caller writes it: the id is ours, and `op` too when it is left out. */
export type Ask<Message> = Message extends { readonly op: string }
  ? Omit<Message, "id" | "op"> & { readonly op?: string }
  : Message extends unknown
    ? Omit<Message, "id">
    : never;

/** What answers a question, by its `t`. */
export type AnswerOf<T extends string> = T extends "get.ice"
  ? Ice
  : T extends "get.panel"
    ? Panel
    : T extends "invite"
      ? Invited
      : T extends "watch.visit"
        ? Details
        : T extends "watch.board"
          ? Board | Ok
          : Ok;

/** Changes whose repeated sending is harmless by their `op`; the server refuses an `op` where none belongs. */
const CHANGES = new Set(["admit", "deny", "remove", "rename", "ask.mute", "lock", "extend", "complete", "invite", "resend", "revoke"]);

interface Waiting {
  readonly message: FromClient;
  readonly resolve: (answer: FromServer) => void;
  readonly reject: (refusal: Refused) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class Requests {
  readonly #write: (message: FromClient) => void;
  readonly #answerMs: number;
  readonly #waiting = new Map<number, Waiting>();
  readonly #kept = new Map<string, () => object>();
  #lastId = 0;

  constructor(write: (message: FromClient) => void, answerMs: number) {
    this.#write = write;
    this.#answerMs = answerMs;
  }

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  ask(question: object, open: boolean): Promise<FromServer> {
    const id = this.nextId();
    const message = stamp(question, id);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#refuse(id, new Refused(NO_ANSWER)), this.#answerMs);
      this.#waiting.set(id, { message, resolve, reject, timer });
      if (open) this.#write(message);
    });
  }

  keep(name: string, make: () => object, open: boolean): void {
    this.#kept.set(name, make);
    if (open) this.#write(stamp(make(), this.nextId()));
  }

  drop(name: string): void {
    this.#kept.delete(name);
  }

  /** Send again what was asked and not answered, and whatever is kept. */
  resend(): void {
    for (const make of this.#kept.values()) this.#write(stamp(make(), this.nextId()));
    for (const { message } of this.#waiting.values()) this.#write(message);
  }

  answered(message: FromServer): void {
    if (!("id" in message)) return;
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    if (message.t === "error") return this.#refuse(message.id, Refused.from(message));
    this.#forget(message.id);
    waiting.resolve(message);
  }

  /** The connection is gone: leaving, the one question that must not be asked twice, is answered by that. */
  lost(): void {
    for (const [id, { message }] of this.#waiting) {
      if (message.t === "leave") this.#refuse(id, new Refused(NO_ANSWER));
    }
  }

  end(): void {
    for (const id of [...this.#waiting.keys()]) this.#refuse(id, new Refused(NO_ANSWER));
    this.#kept.clear();
  }

  #refuse(id: number, refusal: Refused): void {
    const waiting = this.#waiting.get(id);
    this.#forget(id);
    waiting?.reject(refusal);
  }

  #forget(id: number): void {
    clearTimeout(this.#waiting.get(id)?.timer);
    this.#waiting.delete(id);
  }
}

function stamp(question: object, id: number): FromClient {
  const { t, op } = question as { t: string; op?: string };
  return { ...question, id, ...(CHANGES.has(t) ? { op: op ?? randomText() } : {}) } as FromClient;
}
