/**
 * The waiting room of one day as it is now: state once, then numbered changes.
 *
 * Every row is a signal of its own, so a change redraws one row and not the table. What depends on all rows (order, numbers)
 * follows `version`, which rises once for a burst of changes.
 */
import { batch, type Signal, signal } from "@preact/signals";
import { type Board as WholeBoard, boardNext, type FromServer, NO_BOARD, type Row, type Why } from "../../wire/index.ts";

/** Arrivals that a row glows for, once. */
const ARRIVALS: ReadonlySet<Why> = new Set(["joined", "waiting", "early"]);

const BURST_MS = 30;

export interface LiveRow {
  readonly id: string;
  readonly state: Signal<Row>;
  /** Counts arrivals: each new number is one glow. */
  readonly arrivals: Signal<number>;
  /** The last arrival that was shown. */
  glowed: number;
}

export class Board {
  readonly day = signal("");
  readonly zone = signal("UTC");
  /** Whether a whole state has come for this day. */
  readonly loaded = signal(false);
  readonly version = signal(0);

  readonly #rows = new Map<string, LiveRow>();
  /** Rows that are gone, but may still be shown under somebody's pointer. */
  readonly #gone = new Map<string, LiveRow>();
  #bursting = false;

  get rows(): ReadonlyMap<string, LiveRow> {
    return this.#rows;
  }

  /** The states of all rows now; reading it follows `version`. */
  states(): Row[] {
    this.version.value;
    return [...this.#rows.values()].map((row) => row.state.peek());
  }

  /** A row by its visit, also when it has just gone. */
  find(visit: string): LiveRow | undefined {
    return this.#rows.get(visit) ?? this.#gone.get(visit);
  }

  /** Show nothing until another day's state comes. */
  clear(): void {
    batch(() => {
      this.#rows.clear();
      this.#gone.clear();
      this.loaded.value = false;
      this.version.value += 1;
    });
  }

  /** Take a whole state, or one numbered change; messages that are not a waiting room's are none of ours. */
  take(message: FromServer): void {
    if (message.t === "board") batch(() => this.#replace(message));
    else if (message.t === "board.row") batch(() => this.#change(message.visit.visit, message));
    else if (message.t === "board.seat") batch(() => this.#change(message.visit, message, message.why));
    else if (message.t === "board.gone") batch(() => this.#change(message.visit, message));
  }

  /** Rows that stay keep their signals, so nothing is drawn anew that has not changed. */
  #replace(board: WholeBoard): void {
    const { day, zone, rows } = boardNext(NO_BOARD, board);
    for (const id of [...this.#rows.keys()]) if (!(id in rows)) this.#remove(id);
    for (const [id, row] of Object.entries(rows)) this.#put(id, row);
    this.day.value = day;
    this.zone.value = zone;
    this.loaded.value = true;
    this.version.value += 1;
  }

  #change(id: string, message: FromServer, why?: Why): void {
    if (!this.loaded.peek()) return; // what is left of another day's stream
    const known = this.#rows.get(id)?.state.peek();
    // merged as a waiting room of one row, so that a change costs the same on a long day
    const row = boardNext({ ...NO_BOARD, rows: known ? { [id]: known } : {} }, message).rows[id];
    if (row) this.#put(id, row);
    else this.#remove(id);
    if (why && ARRIVALS.has(why)) this.#glow(id);
    this.#burst();
  }

  #put(id: string, row: Row): void {
    const known = this.find(id);
    if (known) known.state.value = row;
    this.#gone.delete(id);
    this.#rows.set(id, known ?? { id, state: signal(row), arrivals: signal(0), glowed: 0 });
  }

  #glow(id: string): void {
    const row = this.#rows.get(id);
    if (row) row.arrivals.value += 1;
  }

  #remove(id: string): void {
    const row = this.#rows.get(id);
    if (!row) return;
    this.#rows.delete(id);
    this.#gone.set(id, row);
  }

  #burst(): void {
    if (this.#bursting) return;
    this.#bursting = true;
    setTimeout(() => {
      this.#bursting = false;
      this.version.value += 1;
    }, BURST_MS);
  }
}
