/**
 * Which lines of a long day are drawn: those in sight and some around them, however many there are.
 *
 * Pure. Heights and distances are in CSS pixels; a line's edge is how far its upper side is below the first line's.
 */
import type { Line } from "./order.ts";

/** Lines from `from` up to and without `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What stands in the table: a line, or an empty space as high as the lines that are left out. */
export type Part = { readonly kind: "line"; readonly index: number } | { readonly kind: "gap"; readonly key: string; readonly height: number };

/** How many lines are drawn beyond each end of what is in sight, so that scrolling and tabbing find them there. */
export const AROUND = 8;

/** The span's ends are moved out to multiples of this, so that most steps of scrolling draw nothing anew. */
const STRIDE = 4;

/** The lines' edges, and at last where the last one ends: one more than there are lines. */
export function edgesOf(lines: readonly Line[], heightOf: (line: Line) => number): number[] {
  const edges = [0];
  let edge = 0;
  for (const line of lines) edges.push((edge += heightOf(line)));
  return edges;
}

/** The lines to draw when the window begins at `top` and is `height` high. */
export function spanOf(edges: readonly number[], top: number, height: number): Span {
  const count = edges.length - 1;
  const first = lineAt(edges, top);
  const last = lineAt(edges, top + height);
  const from = Math.max(0, first - AROUND);
  const to = Math.min(count, last + 1 + AROUND);
  return { from: Math.floor(from / STRIDE) * STRIDE, to: Math.min(count, Math.ceil(to / STRIDE) * STRIDE) };
}

/** The line that this place falls on; the first or the last one for a place beyond them. */
export function lineAt(edges: readonly number[], place: number): number {
  let [low, high] = [0, Math.max(0, edges.length - 2)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((edges[middle] ?? 0) <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * What to draw: the span, and the lines that are kept wherever one has scrolled to (the keyboard's, an open visit's), with gaps
 * for all others.
 */
export function partsOf(edges: readonly number[], { from, to }: Span, kept: Iterable<number>): Part[] {
  const count = edges.length - 1;
  const indices = new Set<number>([...kept].filter((index) => index >= 0 && index < count));
  for (let index = from; index < Math.min(to, count); index += 1) indices.add(index);
  const parts: Part[] = [];
  let next = 0;
  for (const index of [...indices].sort((a, b) => a - b)) {
    parts.push(...gap(edges, next, index), { kind: "line", index });
    next = index + 1;
  }
  return [...parts, ...gap(edges, next, count)];
}

function gap(edges: readonly number[], from: number, to: number): Part[] {
  const height = (edges[to] ?? 0) - (edges[from] ?? 0);
  return to > from ? [{ kind: "gap", key: `gap-${to}`, height }] : [];
}

/** How high lines are: as measured, and those never drawn yet as the last one of their kind that was. */
export class Heights {
  readonly #known = new Map<string, number>();
  readonly #typical: Record<Line["kind"], number>;

  constructor(typical: Record<Line["kind"], number>) {
    this.#typical = { ...typical };
  }

  readonly of = ({ key, kind }: Line): number => this.#known.get(key) ?? this.#typical[kind];

  /** Note a line's height; says whether that is news. */
  measured(key: string, kind: Line["kind"], height: number): boolean {
    if (this.#known.get(key) === height) return false;
    this.#known.set(key, height);
    this.#typical[kind] = height;
    return true;
  }

  /** Forget all of it: the table is laid out another way now. */
  forget(): void {
    this.#known.clear();
  }
}
