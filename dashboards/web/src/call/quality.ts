/**
 * How good this browser's connections are (B12): from what getStats counts to what is told, and when. Pure.
 *
 * The provider reads the worst of a browser's connections. To oneself a weak connection is said only when every one of them
 * is weak, since otherwise it is somebody else's, and only when it lasts.
 */

import type { QualityWord } from "../wire/messages.ts";

/** What one connection has counted since it began. */
export interface Sample {
  /** Names the connection. */
  readonly pair: string;
  readonly received: number;
  readonly lost: number;
  /** Round trip in ms; 0 when it is not known yet. */
  readonly rtt: number;
  /** How much the packets of sound come early or late, in ms. */
  readonly jitter: number;
}

/** One connection over the last interval: packets lost of a thousand, the round trip and the jitter of sound in ms. */
export interface Measure {
  readonly lost: number;
  readonly rtt: number;
  readonly jitter: number;
}

/** As engine/quality.py: from these on speech suffers, or breaks. */
export const LIMITS = { poor: { lost: 30, rtt: 300 }, bad: { lost: 100, rtt: 600 } };

/** Fewer packets in an interval say nothing: one lost would count for too much. */
const FEWEST = 20;
const MOST_MS = 60_000;

/** Measure take by take, about every 2 s. */
export const SAMPLE_MS = 2_000;
const TELL_MS = 10_000;
/** So many takes in a row make a weak connection, and a good one again. */
const [WEAK_AFTER, FINE_AFTER] = [2, 4];

type Row = Readonly<Record<string, unknown>>;

/** Read one connection's report. */
export function sampleOf(pair: string, report: Iterable<Row>): Sample {
  let [received, lost, rtt, jitter] = [0, 0, 0, 0];
  for (const row of report) {
    if (row["type"] === "inbound-rtp") {
      received += count(row["packetsReceived"]);
      lost += count(row["packetsLost"]);
      if (row["kind"] === "audio") jitter = Math.max(jitter, Math.round(1000 * count(row["jitter"])));
    } else if (row["type"] === "candidate-pair" && row["nominated"] === true && row["state"] === "succeeded") {
      rtt = Math.round(1000 * count(row["currentRoundTripTime"]));
    }
  }
  return { pair, received, lost, rtt, jitter };
}

function count(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

/** What happened between two samples of a connection; packets that came late after all are not lost. */
export function between(before: Sample | undefined, now: Sample): Measure {
  const received = Math.max(0, now.received - (before?.received ?? now.received));
  const lost = Math.max(0, now.lost - (before?.lost ?? now.lost));
  const all = received + lost;
  return {
    lost: all < FEWEST ? 0 : Math.round((1000 * lost) / all),
    rtt: Math.min(MOST_MS, now.rtt),
    jitter: Math.min(MOST_MS, now.jitter),
  };
}

/** In a word: the worse of the two counts. */
export function grade({ lost, rtt }: Omit<Measure, "jitter">): Exclude<QualityWord, ""> {
  if (lost >= LIMITS.bad.lost || rtt >= LIMITS.bad.rtt) return "bad";
  return lost >= LIMITS.poor.lost || rtt >= LIMITS.poor.rtt ? "poor" : "good";
}

/** What to do after a take. */
export interface Take {
  /** Tell the visit this; undefined: it knows enough. */
  readonly tell: Measure | undefined;
  /** Say to oneself that the connection is weak. */
  readonly weak: boolean;
}

/** Follows all connections of a call. */
export class Gauge {
  #before: ReadonlyMap<string, Sample> = new Map();
  #told: { readonly word: QualityWord; readonly at: number } = { word: "", at: 0 };
  #weak = false;
  /** How many takes in a row have spoken against `#weak`. */
  #against = 0;

  /** Take one sample of every connection; `now` in ms. */
  take(samples: readonly Sample[], now: number): Take {
    const measures = samples.filter(({ pair }) => this.#before.has(pair)).map((sample) => between(this.#before.get(sample.pair), sample));
    this.#before = new Map(samples.map((sample) => [sample.pair, sample]));
    if (measures.length === 0) return { tell: undefined, weak: (this.#weak = this.#weak && samples.length > 0) };
    const worst = {
      lost: Math.max(...measures.map(({ lost }) => lost)),
      rtt: Math.max(...measures.map(({ rtt }) => rtt)),
      jitter: Math.max(...measures.map(({ jitter }) => jitter)),
    };
    this.#weigh(measures.every((one) => grade(one) !== "good"));
    return { tell: this.#isNews(worst, now) ? worst : undefined, weak: this.#weak };
  }

  /** The server knows nothing any more: a new connection to it. */
  forget(): void {
    this.#told = { word: "", at: 0 };
  }

  #isNews(worst: Measure, now: number): boolean {
    const word = grade(worst);
    if (word === this.#told.word && now - this.#told.at < TELL_MS) return false;
    this.#told = { word, at: now };
    return true;
  }

  #weigh(weak: boolean): void {
    this.#against = weak === this.#weak ? 0 : this.#against + 1;
    if (this.#against < (this.#weak ? FINE_AFTER : WEAK_AFTER)) return;
    this.#weak = weak;
    this.#against = 0;
  }
}

/** What one report holds at most, as signaling/messages/client.py says. */
const MOST_LINKS = 16;
const MOST_SETUP_MS = 600_000;

/** Collects which connections to other browsers came about, and which did not, for one report at a time. */
export class Links {
  #setups: number[] = [];
  #failed = 0;

  /** One came about, so many ms after it was begun. */
  made(ms: number): void {
    if (this.#setups.length < MOST_LINKS) this.#setups.push(Math.min(MOST_SETUP_MS, Math.max(0, Math.round(ms))));
  }

  /** ICE found no way for one, or lost the one that it had. */
  failed(): void {
    this.#failed = Math.min(MOST_LINKS, this.#failed + 1);
  }

  /** Take what there is to report; undefined when there is nothing. */
  take(): { readonly setups: readonly number[]; readonly failed: number } | undefined {
    if (this.#setups.length === 0 && this.#failed === 0) return undefined;
    const report = { setups: this.#setups, failed: this.#failed };
    [this.#setups, this.#failed] = [[], 0];
    return report;
  }
}
