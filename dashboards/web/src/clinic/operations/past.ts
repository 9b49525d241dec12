/**
 * The last hour of all nodes, put together from what each poll brings. Pure; times are ms since 1970 (UTC).
 *
 * Each node tells its own figures, at the same instants as the others: what all do together is a sum, what the worst
 * of them does a maximum.
 */

const HOUR_MS = 3_600_000;
/** A node that is so far behind the others is not waited for. */
const BEHIND_MS = 15_000;

export type LineName =
  | "joined"
  | "declined"
  | "failed"
  | "resumed"
  | "wrong_pins"
  | "visits"
  | "connected"
  | "waiting"
  | "sockets"
  | "memory_bytes"
  | "messages"
  | "cpu"
  | "late"
  | "presence_p50"
  | "presence_p99"
  | "join_p99"
  | "save_p99";

type Value = number | null;

export interface NodePast {
  readonly node: string;
  readonly answers: boolean;
  readonly version: string;
  readonly draining: boolean;
  readonly lease_age_ms: number | null;
  readonly shards: number;
  readonly visits: Readonly<Record<string, number>>;
  readonly seats: number;
  readonly letters: number;
  readonly at: readonly number[];
  readonly series: Readonly<Partial<Record<LineName, readonly Value[]>>>;
}

export interface ServiceLevel {
  readonly name: string;
  readonly target: number;
  readonly good: number;
  readonly total: number;
  readonly burn_hour: number;
  readonly burn_recent: number;
}

export interface FiringAlert {
  readonly name: string;
  readonly severity: "page" | "ticket";
  readonly nodes: readonly string[];
  readonly value: number;
  readonly runbook: string;
}

export interface Operations {
  readonly now: number;
  readonly every_ms: number;
  readonly nodes: readonly NodePast[];
  readonly levels: readonly ServiceLevel[];
  readonly alerts: readonly FiringAlert[];
}

/** What one node was at one instant. */
type Moment = Readonly<Partial<Record<LineName, Value>>>;

export class Past {
  readonly #nodes = new Map<string, Map<number, Moment>>();
  #latest: readonly NodePast[] = [];
  #now = 0;

  /** Take what a poll brought; what is older than an hour is forgotten. */
  add(told: Operations): void {
    this.#now = told.now;
    this.#latest = told.nodes;
    for (const node of told.nodes) {
      const moments = this.#nodes.get(node.node) ?? new Map<number, Moment>();
      this.#nodes.set(node.node, moments);
      node.at.forEach((at, place) => moments.set(at, momentOf(node, place)));
    }
    for (const [name, moments] of this.#nodes) {
      for (const at of moments.keys()) if (at < told.now - HOUR_MS) moments.delete(at);
      if (!moments.size && !told.nodes.some((node) => node.node === name)) this.#nodes.delete(name);
    }
  }

  /** The instant after which the next poll has to bring samples: all before it are here, of every node that answers. */
  get since(): number {
    const last = this.#answering().map((node) => Math.max(0, ...(this.#nodes.get(node)?.keys() ?? [])));
    return last.length ? Math.min(...last) : 0;
  }

  /** The nodes that were heard of in the last hour, by name. */
  get nodes(): string[] {
    return [...this.#nodes.keys()].toSorted();
  }

  /** The instants of the last so many milliseconds that every living node has told of. */
  instants(spanMs: number): number[] {
    const from = this.#now - spanMs;
    const until = Math.max(this.since, this.#now - BEHIND_MS);
    const all = new Set([...this.#nodes.values()].flatMap((moments) => [...moments.keys()]));
    return [...all].filter((at) => at >= from && at <= until).toSorted((one, other) => one - other);
  }

  /** A figure of all nodes together, at these instants. */
  together(name: LineName, how: "sum" | "worst", instants: readonly number[]): Value[] {
    return instants.map((at) => {
      const told = [...this.#nodes.values()].map((moments) => moments.get(at)?.[name] ?? null).filter((value) => value !== null);
      if (!told.length) return null;
      return how === "sum" ? told.reduce((sum, value) => sum + value, 0) : Math.max(...told);
    });
  }

  /** A figure of one node, at these instants. */
  of(node: string, name: LineName, instants: readonly number[]): Value[] {
    const moments = this.#nodes.get(node);
    return instants.map((at) => moments?.get(at)?.[name] ?? null);
  }

  /** The newest figure of one node. */
  newest(node: string, name: LineName): Value {
    const moments = this.#nodes.get(node);
    return moments?.size ? (moments.get(Math.max(...moments.keys()))?.[name] ?? null) : null;
  }

  #answering(): string[] {
    return this.#latest.filter((node) => node.answers).map((node) => node.node);
  }
}

function momentOf(node: NodePast, place: number): Moment {
  return Object.fromEntries(Object.entries(node.series).map(([name, values]) => [name, values[place] ?? null]));
}

/** Of instants and values the last of each minute, the newest first: for tables. */
export function byMinute(instants: readonly number[]): number[] {
  const last = new Map<number, number>();
  instants.forEach((at, place) => last.set(Math.floor(at / 60_000), place));
  return [...last.values()].reverse();
}
