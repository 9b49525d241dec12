/** How long to wait before the next try: exponential, with full jitter, never sooner than the server asked. */

export const FIRST_MS = 500;
export const LONGEST_MS = 15_000;

/** Return the milliseconds to wait before try number `attempt` (0 is the first); `random` is in [0, 1). */
export function backoff(attempt: number, random: number, atLeastMs = 0): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(atLeastMs + random * ceiling);
}

/** Read the hint that close code 1012 carries in its reason, `retry=<seconds>`; undefined when there is none. */
export function retryHint(reason: string): number | undefined {
  const seconds = /(?:^|\s)retry=(\d+(?:\.\d+)?)/.exec(reason)?.[1];
  return seconds === undefined ? undefined : Math.round(Number(seconds) * 1000);
}
