/**
 * The call's media: one pair to every other browser in the visit (R: media-and-dialin, 2 to 6 people). Knows nothing of pages.
 *
 * Who offers is the server's word (`peers`): of each pair the browser that said hello last. After a lost connection to the
 * server the pairs go on; those that were not connected then are made again.
 */

import type { IceServer, Peer } from "../wire/messages.ts";
import { type CameraLimit, NO_TRACKS, Pair, type Tracks } from "./pair.ts";
import { BRIDGE, oursCounts, read, spell, type PairSignal } from "./signal.ts";

export interface MeshOptions {
  readonly self: string;
  readonly page: string;
  readonly ice: readonly IceServer[];
  /** Only through TURN: for tests, and for networks that leak nothing. */
  readonly relayOnly: boolean;
  readonly send: (to: string, data: string) => void;
  readonly onChange: () => void;
  /** A connection to another browser came about, so many ms after it was begun. */
  readonly onMade: (ms: number) => void;
  /** ICE gave one up. */
  readonly onFailed: () => void;
  /** Which seats' telephones speak now, by the bridge's word. */
  readonly onSpeaking: (seats: readonly string[]) => void;
  readonly randomText: () => string;
}

/** Somebody else in the call with a browser, or the bridge; `reachable`: connected to the server now. */
export interface Present extends Peer {
  readonly reachable: boolean;
  /** It never offers: we do, whoever came last. */
  readonly answersOnly?: boolean;
}

/** What comes from one other browser. */
export interface Remote {
  readonly state: RTCPeerConnectionState;
  readonly audio: MediaStreamTrack | undefined;
  readonly camera: MediaStreamTrack | undefined;
  readonly screen: MediaStreamTrack | undefined;
}

/** A pair that nobody offers for so long is asked for, ms. */
const MISSED_MS = 10_000;
const TEND_MS = 2_500;

export class Mesh {
  readonly #options: MeshOptions;
  readonly #pairs = new Map<string, Pair>();
  /** Which page the visit said a seat had when its pair was made. */
  readonly #pageBefore = new Map<string, string>();
  readonly #missing = new Map<string, number>();
  readonly #tending: ReturnType<typeof setInterval>;
  #present: ReadonlyMap<string, Present> = new Map();
  #ice: readonly IceServer[];
  #tracks: Tracks = NO_TRACKS;
  #whole = false;

  constructor(options: MeshOptions) {
    this.#options = options;
    this.#ice = options.ice;
    this.#tending = setInterval(() => this.#tend(), TEND_MS);
  }

  /** Say who is in the call with a browser. Pairs to others, and to earlier loads of a page, end. */
  attend(present: readonly Present[]): void {
    this.#present = new Map(present.map((one) => [one.seat, one]));
    for (const [seat, pair] of this.#pairs) {
      const page = this.#present.get(seat)?.page;
      if (page === undefined) this.#drop(seat);
      // "": lost for now; as when the pair was made: an offer came before the news of the page that made it. Both go on
      else if (page !== "" && page !== pair.page && page !== this.#pageBefore.get(seat)) this.#drop(seat);
    }
    for (const { seat, page, answersOnly } of present) if (answersOnly && !this.#pairs.has(seat)) this.#make(seat, page);
    this.#share();
  }

  /** Offer to these, as the server told us to; whoever is connected stays so. */
  offer(peers: readonly Peer[]): void {
    for (const { seat, page } of peers) {
      if (page === "") continue; // nobody is there to answer; they offer when they are back
      const pair = this.#pairs.get(seat);
      if (!pair?.connected || pair.page !== page) this.#make(seat, page);
    }
  }

  /** We are back at the server, and said hello last: pairs that are not connected start again. */
  resumed(): void {
    this.offer([...this.#present.values()]);
  }

  /** Take an opaque signal of another seat. */
  receive(seat: string, data: string): void {
    const signal = read(data);
    if (!signal) return;
    const pair = this.#pairs.get(seat);
    if (seat === BRIDGE) {
      if (signal.speaking) this.#options.onSpeaking(signal.speaking);
      if (signal.whole) this.#whole = true;
    }
    if (pair?.id === signal.pair) pair.take(signal);
    else if (signal.offer !== undefined) this.#offered(seat, signal, pair);
    else if (signal.again && !pair?.connected) this.#make(seat, signal.page);
  }

  /** Send these from now on. */
  sendTracks(tracks: Tracks): void {
    this.#tracks = tracks;
    for (const pair of this.#pairs.values()) pair.send(tracks);
  }

  /** Fresh TURN credentials; used when ICE starts the next time. */
  useIce(ice: readonly IceServer[]): void {
    this.#ice = ice;
    for (const pair of this.#pairs.values()) pair.configure(this.#config());
  }

  /** True: the bridge sends everybody's sound, other browsers' too. */
  get whole(): boolean {
    return this.#whole && (this.#pairs.get(BRIDGE)?.connected ?? false);
  }

  remote(seat: string): Remote | undefined {
    const pair = this.#pairs.get(seat);
    if (!pair) return undefined;
    const { connectionState: state } = pair.pc;
    return { state, audio: pair.track("audio"), camera: pair.track("camera"), screen: pair.track("screen") };
  }

  /** How loud somebody is now, 0 to 1. */
  level(seat: string): number {
    const sources = this.#pairs.get(seat)?.receiver("audio")?.getSynchronizationSources() ?? [];
    return sources[0]?.audioLevel ?? 0;
  }

  /** Every pair, for statistics. */
  pairs(): readonly Pair[] {
    return [...this.#pairs.values()];
  }

  close(): void {
    clearInterval(this.#tending);
    for (const seat of [...this.#pairs.keys()]) this.#drop(seat);
  }

  /** Another browser offers: a new pair, unless we have offered at the same moment and ours counts. */
  #offered(seat: string, signal: PairSignal, pair: Pair | undefined): void {
    const { self, page } = this.#options;
    if (signal.to !== page) return; // meant for an earlier load of this page
    const crossed = pair?.offers === true && pair.page === signal.page && pair.pc.signalingState === "have-local-offer";
    if (crossed && oursCounts(self, seat)) return;
    this.#put(seat, signal.page, false, signal.pair).take(signal);
  }

  /** Make a pair and offer; `before` is the one that it takes the place of, because nothing came of it. */
  #make(seat: string, page: string, before?: Pair): void {
    this.#put(seat, page, true, this.#options.randomText(), before).offer();
  }

  #put(seat: string, page: string, offers: boolean, id: string, before?: Pair): Pair {
    this.#drop(seat);
    const again = before ? { tries: before.tries + 1, began: before.began } : {};
    const pair: Pair = new Pair(
      { id, seat, page, offers, plain: seat === BRIDGE, ...again },
      {
        config: this.#config(),
        tell: (signal) => this.#tell(seat, signal),
        onChange: () => {
          this.#share();
          this.#options.onChange();
        },
        onMade: this.#options.onMade,
        onFailed: this.#options.onFailed,
        onDead: () => this.#pairs.get(seat) === pair && this.#make(seat, page, pair),
      },
    );
    this.#pairs.set(seat, pair);
    this.#pageBefore.set(seat, this.#present.get(seat)?.page ?? "");
    this.#missing.delete(seat);
    pair.send(this.#tracks);
    this.#options.onChange();
    return pair;
  }

  #drop(seat: string): void {
    const pair = this.#pairs.get(seat);
    if (!pair) return;
    this.#pairs.delete(seat);
    pair.close();
    if (seat === BRIDGE) {
      this.#whole = false;
      this.#options.onSpeaking([]);
    }
    this.#options.onChange();
  }

  #tell(seat: string, signal: Omit<PairSignal, "page">): void {
    this.#options.send(seat, spell({ page: this.#options.page, ...signal }));
  }

  /** Whoever should have offered and did not is asked to. */
  #tend(): void {
    const now = Date.now();
    for (const { seat, page, reachable } of this.#present.values()) {
      if (this.#pairs.has(seat) || !reachable) this.#missing.delete(seat);
      else if (!this.#missing.has(seat)) this.#missing.set(seat, now);
      else if (now - (this.#missing.get(seat) ?? now) > MISSED_MS) {
        this.#missing.set(seat, now);
        this.#tell(seat, { pair: "", again: true, to: page });
      }
    }
    this.#share();
  }

  /** A home connection's uplink and processor are shared by all: the more people, the less for each. */
  #share(): void {
    const limit = cameraLimit(this.#pairs.size - (this.#pairs.has(BRIDGE) ? 1 : 0));
    for (const pair of this.#pairs.values()) if (pair.pc.remoteDescription) pair.limit(limit);
  }

  #config(): RTCConfiguration {
    const iceServers = this.#ice.map(({ urls, username, credential }) => ({
      urls: [...urls],
      ...(username ? { username } : {}),
      ...(credential ? { credential } : {}),
    }));
    return { iceServers, iceTransportPolicy: this.#options.relayOnly ? "relay" : "all", bundlePolicy: "max-bundle" };
  }
}

/** What the camera may take for each of `others` browsers. */
export function cameraLimit(others: number): CameraLimit {
  if (others <= 1) return { bitsPerSecond: 1_500_000, scaleDownBy: 1 };
  return others <= 3 ? { bitsPerSecond: 600_000, scaleDownBy: 2 } : { bitsPerSecond: 300_000, scaleDownBy: 2.5 };
}
