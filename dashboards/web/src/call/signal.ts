/** What two browsers say to each other through the server, which does not read it: SDP and candidates of one pair. */

export interface PairSignal {
  /** Names one RTCPeerConnection on both sides: what speaks of another one is stale and ignored. */
  readonly pair: string;
  /** The sender's load of the page. */
  readonly page: string;
  /** The receiver's load of the page, as the sender knows it; only in offers. */
  readonly to?: string;
  readonly offer?: string;
  readonly answer?: string;
  readonly candidate?: RTCIceCandidateInit | null;
  /** "Make the connection again", from the side that may not offer. */
  readonly again?: true;
  /** The bridge's: which seats' telephones speak now, whole. */
  readonly speaking?: readonly string[];
  /** The bridge's, with an answer: what comes by this pair is everybody, so that other browsers' own sound is one too many. */
  readonly whole?: true;
}

/** Where signals for the bridge of telephones go (docs/protocol.md, Sound of telephones). */
export const BRIDGE = "bridge";

export function spell(signal: PairSignal): string {
  return JSON.stringify(signal);
}

/** Read a signal; undefined for what another version, or nobody sensible, has sent. */
export function read(data: string): PairSignal | undefined {
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== "object" || value === null) return undefined;
    const { pair, page } = value as Partial<PairSignal>;
    return typeof pair === "string" && typeof page === "string" ? (value as PairSignal) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Two offers crossed: whose counts? Both sides must say the same, so the smaller seat's does.
 * True: ours counts, theirs is ignored.
 */
export function oursCounts(self: string, other: string): boolean {
  return self < other;
}
