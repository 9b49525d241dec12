/** What the schedule shows and what is about to happen on it: days, providers, the chosen time, a visit that is being moved. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { clock } from "../../wire/index.ts";
import { go, type Place, place } from "../address.ts";
import type { Board } from "../board/board.ts";
import type { Me, Provider, Visit, Weekday } from "../clinic.ts";
import { dayOf } from "../day.ts";
import { about } from "../now.ts";
import { chosen, creating, saved } from "../visit/open.ts";
import { blockState } from "./block.ts";
import type { Drawn } from "./Calendar.tsx";
import type { Slot } from "./form/draft.ts";
import { focusPicker, focusVisit, revealChosen } from "./places.ts";
import { Range } from "./range.ts";
import { type Days, daysOf, instantsOfDays, isWithin, type View, visitsOf } from "./shown.ts";
import { firstFree } from "./slots.ts";

/** A visit that was dragged, and is not moved until somebody says so. */
export interface Moving {
  readonly visit: Visit;
  readonly to: Slot;
}

export class ScheduleView {
  readonly range = new Range();
  readonly view: ReadonlySignal<View>;
  readonly today: ReadonlySignal<string>;
  readonly day: ReadonlySignal<string>;
  readonly days: ReadonlySignal<Days>;
  /** The visits to draw. */
  readonly drawn: ReadonlySignal<readonly Drawn[]>;
  /** Whose visits are shown; empty: everyone's. */
  readonly theirs = signal<ReadonlySet<string>>(new Set());
  readonly providers = signal<readonly Provider[]>([]);
  /** Cancelled visits are shown too. */
  readonly withCancelled = signal(false);
  readonly slot = signal<Slot | null>(null);
  /** It was drawn with the pointer, and not moved with the keyboard. */
  readonly byPointer = signal(false);
  readonly moving = signal<Moving | null>(null);
  readonly zone: string;
  /** The day with which weeks begin, 0 is Sunday. */
  readonly weekStarts: Weekday;

  readonly #board: Board;
  /** What was drawn last: as long as nothing looks different, the calendar is left alone. */
  #last: { readonly look: string; readonly drawn: readonly Drawn[] } = { look: "", drawn: [] };

  constructor({ zone, week_starts }: Me["clinic"], board: Board, narrow: ReadonlySignal<boolean>) {
    this.zone = zone;
    this.weekStarts = week_starts;
    this.#board = board;
    this.view = computed(() => (narrow.value || place.value.view === "day" ? "day" : "week"));
    this.today = computed(() => dayOf(about.value, zone));
    this.day = computed(() => place.value.day || this.today.value);
    const first = computed(() => daysOf(this.day.value, this.view.value, week_starts).first); // a text: equal weeks are one
    this.days = computed(() => daysOf(first.value, this.view.value, week_starts));
    this.drawn = computed(() => this.#draw());
  }

  /** Follow the address, the waiting room's news and the forms until the returned function is called. */
  follow(): () => void {
    const stop = [
      this.range.follow(),
      effect(() => {
        const { start, end } = instantsOfDays(this.days.value, this.zone);
        this.range.show(start, end);
      }),
      this.#board.version.subscribe(() => this.range.soon()),
      saved.subscribe(skipFirst((done) => done && this.#show(done.visit, done.start))),
      creating.subscribe(skipFirst((open) => !open && this.slot.peek() && this.choose(null))), // the form was left
    ];
    return () => stop.forEach((one) => one());
  }

  /** Show another day, or the week that it is in. */
  go(day: string): void {
    go({ ...place.peek(), day: day === this.today.peek() ? "" : day });
  }

  see(view: View, day = this.day.peek()): void {
    const { view: _, ...here } = place.peek();
    const there: Place = { ...here, day: day === this.today.peek() ? "" : day };
    go(view === "day" ? { ...there, view } : there);
  }

  /** Choose a time for a new visit, by the keyboard or the pointer; null lets go of it. */
  choose(slot: Slot | null, byPointer = false): void {
    this.byPointer.value = byPointer;
    this.slot.value = slot;
    if (!slot) return focusPicker();
    const day = dayOf(slot.start, this.zone);
    if (!isWithin(day, this.days.peek())) this.go(day);
    if (!byPointer) revealChosen();
  }

  /** Open the form, for a time or without one. */
  create(slot: Slot | null): void {
    chosen.value = slot;
    creating.value = true;
  }

  /** Where the keyboard begins on the days that are shown. */
  first(): Slot {
    const { start } = instantsOfDays(this.days.peek(), this.zone);
    return firstFree(this.drawn.peek().map(({ visit }) => visit), start, clock.now());
  }

  keep(): void {
    this.moving.value = null;
  }

  moved(): void {
    const moved = this.moving.peek();
    this.moving.value = null;
    if (!moved) return;
    this.range.put({ ...moved.visit, ...moved.to });
    focusVisit(moved.visit.id);
    this.range.soon();
  }

  /** Somebody made or changed a visit: show it. */
  #show(visit: string, start: number): void {
    this.slot.value = null;
    const day = dayOf(start, this.zone);
    if (!isWithin(day, this.days.peek())) this.go(day);
    void this.range.refresh().then(() => focusVisit(visit));
  }

  #draw(): readonly Drawn[] {
    this.#board.version.value;
    const moving = this.moving.value;
    const drawn = visitsOf(this.range.visits.value, this.theirs.value, this.withCancelled.value).map((visit) => ({
      visit: visit.id === moving?.visit.id ? { ...visit, ...moving.to } : visit,
      state: blockState(visit, this.#board.find(visit.id)?.state.value, about.value),
    }));
    const look = JSON.stringify(drawn);
    if (look !== this.#last.look) this.#last = { look, drawn };
    return this.#last.drawn;
  }
}

/** Signals tell what they hold at once; only what comes later is news. */
function skipFirst<Value>(take: (value: Value) => void): (value: Value) => void {
  let known = false;
  return (value) => {
    if (known) take(value);
    known = true;
  };
}
