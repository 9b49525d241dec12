/** Asks the server for what is new, every few seconds, while somebody looks. */
import { signal, type ReadonlySignal } from "@preact/signals";
import { Refused } from "../../wire/index.ts";
import { sentenceOf } from "../refused.ts";
import { get } from "../rest.ts";
import { type Operations, Past } from "./past.ts";

const AT_LEAST_MS = 1_000;
const USUAL_MS = 5_000;

export interface Seen {
  readonly told: Operations;
  readonly past: Past;
}

/** What is known of all nodes. `start` it while the page is shown. */
export class Poll {
  readonly #seen = signal<Seen | null>(null);
  readonly #refused = signal("");
  readonly #past = new Past();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;

  /** The newest that was heard; null before the first answer. */
  get seen(): ReadonlySignal<Seen | null> {
    return this.#seen;
  }

  /** Why the last poll brought nothing; "" when it did. */
  get refused(): ReadonlySignal<string> {
    return this.#refused;
  }

  start(): void {
    this.#running = true;
    document.addEventListener("visibilitychange", this.#look);
    void this.#ask();
  }

  stop(): void {
    this.#running = false;
    document.removeEventListener("visibilitychange", this.#look);
    clearTimeout(this.#timer);
  }

  readonly #look = () => {
    if (document.hidden) clearTimeout(this.#timer);
    else void this.#ask();
  };

  async #ask(): Promise<void> {
    clearTimeout(this.#timer);
    let everyMs = this.#seen.peek()?.told.every_ms ?? USUAL_MS;
    try {
      const told = await get<Operations>(`/operations?since=${this.#past.since}`);
      this.#past.add(told);
      this.#seen.value = { told, past: this.#past };
      this.#refused.value = "";
      everyMs = told.every_ms;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#refused.value = sentenceOf(error);
    }
    clearTimeout(this.#timer);
    if (this.#running && !document.hidden) this.#timer = setTimeout(() => void this.#ask(), Math.max(AT_LEAST_MS, everyMs));
  }
}
