/** What the waiting room shows of its day: filter, search, order, and rows that keep still under the pointer. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Row } from "../../wire/index.ts";
import { about, lookAtClock } from "../now.ts";
import type { Board } from "./board.ts";
import { belongs, type Filter, isOf, isOver, matches, providersOf, tally } from "./filter.ts";
import { areSame, arrange, type Held, hold, type Line, type Place } from "./order.ts";

export class RoomView {
  readonly filter = signal<Filter>("all");
  readonly search = signal("");
  /** Whose visits: a provider's by name, "" for everyone's. */
  readonly provider = signal("");
  /** The lines to draw. */
  readonly shown = signal<Held>({ lines: [], above: 0 });
  /** Rises whenever one wants to see the first lines again. */
  readonly fromTheTop = signal(0);
  /** The visit that the keyboard was moved to last. */
  readonly active = signal("");
  /** The visit that the keyboard is on: the one it was moved to as long as it is shown, else the first. */
  readonly current: ReadonlySignal<string>;
  readonly tally: ReadonlySignal<Record<Filter, number>>;
  /** The day's visits of the provider who was chosen. */
  readonly rows: ReadonlySignal<readonly Row[]>;
  /** Whom one may choose. */
  readonly providers: ReadonlySignal<readonly string[]>;

  readonly #wanted: ReadonlySignal<Line[]>;
  readonly #visits: ReadonlySignal<string[]>;
  readonly #board: Board;
  #under: string | null = null;

  constructor(board: Board) {
    this.#board = board;
    this.rows = computed(() => board.states().filter((row) => isOf(row, this.provider.value)));
    this.providers = computed(() => providersOf(board.states()));
    this.tally = computed(() => tally(this.rows.value, about.value));
    this.#wanted = computed(() => arrange(this.#places()));
    this.#visits = computed(() => this.shown.value.lines.flatMap((line) => (line.kind === "visit" ? [line.visit] : [])));
    this.current = computed(() => {
      const visits = this.#visits.value;
      return visits.includes(this.active.value) ? this.active.value : (visits[0] ?? "");
    });
  }

  /** Follow the board until the returned function is called. */
  follow(): () => void {
    const stop = [
      effect(() => {
        const wanted = this.#wanted.value;
        this.#show(hold(this.shown.peek().lines, wanted, this.#under));
      }),
      this.#board.version.subscribe(lookAtClock),
    ];
    return () => stop.forEach((one) => one());
  }

  #show(next: Held): void {
    const { lines, above } = this.shown.peek();
    if (above !== next.above || !areSame(lines, next.lines)) this.shown.value = next;
  }

  /** The line under the pointer, null for none. */
  get under(): string | null {
    return this.#under;
  }

  /** The pointer is over this line now; null when it is over none. */
  point(at: string | null): void {
    if (at === this.#under) return;
    this.#under = at;
    if (at === null) this.release();
  }

  /** Show the lines as they should be, whatever moves. */
  release(): void {
    this.#show({ lines: this.#wanted.peek(), above: 0 });
  }

  /** Show this visit's line now, should it be held back: somebody opened it. */
  reveal(visit: string): void {
    const isWanted = this.#wanted.peek().some((line) => line.key === visit);
    if (isWanted && !this.shown.peek().lines.some((line) => line.key === visit)) this.release();
  }

  pick(filter: Filter): void {
    this.filter.value = filter;
    this.#fromTheTop();
  }

  seek(search: string): void {
    this.search.value = search;
    this.#fromTheTop();
  }

  choose(provider: string): void {
    this.provider.value = provider;
    this.#fromTheTop();
  }

  #fromTheTop(): void {
    this.fromTheTop.value += 1;
    this.release();
  }

  showAll(): void {
    this.search.value = "";
    this.provider.value = "";
    this.pick("all");
  }

  /** Move the keyboard so many visits further down, or up when negative; it stops at both ends. Returns the visit it is on. */
  step(by: number): string {
    const visits = this.#visits.peek();
    const to = Math.min(visits.length - 1, Math.max(0, visits.indexOf(this.current.peek()) + by));
    this.active.value = visits[to] ?? "";
    return this.active.peek();
  }

  #places(): Place[] {
    const [filter, search, time] = [this.filter.value, this.search.value, about.value];
    return this.rows.value
      .filter((row) => belongs(row, filter, time) && matches(row, search))
      .map(placeOf);
  }
}

function placeOf({ visit }: Row): Place {
  return { visit: visit.visit, room: visit.room ?? "", start: visit.start, done: isOver(visit) };
}
