/** The visits between two instants, asked anew when something may have changed. Times are ms since 1970 (UTC). */
import { signal } from "@preact/signals";
import type { Visit } from "../clinic.ts";
import { sentenceOf } from "../refused.ts";
import { visitsBetween } from "./rest.ts";

/** How often it is asked while nothing tells of a change: other days than the shown one have no live news. */
const EVERY_MS = 30_000;
/** So long it waits after news of a change, since one change is rarely alone. */
const SETTLE_MS = 400;

export class Range {
  readonly visits = signal<readonly Visit[]>([]);
  readonly loaded = signal(false);
  /** Why the last question had no answer, "" when it had. */
  readonly refused = signal("");

  #start = 0;
  #end = 0;
  #asked = 0;
  #soon: ReturnType<typeof setTimeout> | undefined;

  /** Show the visits of another stretch of time. */
  show(start: number, end: number): void {
    if (start === this.#start && end === this.#end) return;
    this.#start = start;
    this.#end = end;
    this.loaded.value = false;
    void this.refresh();
  }

  /** Show a visit as the server has just granted it, until it is asked again. */
  put(visit: Visit): void {
    this.visits.value = this.visits.value.map((one) => (one.id === visit.id ? visit : one));
  }

  /** Ask again in a moment. */
  soon(): void {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => void this.refresh(), SETTLE_MS);
  }

  /** Ask again; only the last question's answer counts. */
  async refresh(): Promise<void> {
    if (!this.#end) return;
    const asked = ++this.#asked;
    try {
      const visits = await visitsBetween(this.#start, this.#end);
      if (asked !== this.#asked) return;
      this.visits.value = visits;
      this.loaded.value = true;
      this.refused.value = "";
    } catch (error) {
      if (asked === this.#asked) this.refused.value = sentenceOf(error);
    }
  }

  /** Keep asking while the page is looked at, until the returned function is called. */
  follow(): () => void {
    const ask = () => {
      if (document.visibilityState === "visible") void this.refresh();
    };
    const timer = setInterval(ask, EVERY_MS);
    document.addEventListener("visibilitychange", ask);
    return () => {
      clearInterval(timer);
      clearTimeout(this.#soon);
      document.removeEventListener("visibilitychange", ask);
      this.#asked += 1; // an answer on its way is nobody's any more
    };
  }
}
