/** The clinic's clock as signals, so that only what shows time is drawn anew. Milliseconds since 1970 (UTC). */
import { signal } from "@preact/signals";
import { clock } from "../wire/index.ts";

/** Fresh every second: for "Waiting 6 min" and "Connection lost (12 s)". */
export const now = signal(clock.now());

/** Fresh every ten seconds: for what asks of the whole day who is late by now. */
export const about = signal(clock.now());

const SECOND_MS = 1000;
const ABOUT_MS = 10_000;

/** Look again when something has happened: it may have begun since the last look. */
export function lookAtClock(): void {
  if (Math.abs(clock.now() - about.peek()) >= SECOND_MS) about.value = clock.now();
}

/** Let the clock run. A page that slept is right again at its first tick. */
export function runClock(): void {
  const tick = () => {
    now.value = clock.now();
    if (Math.abs(now.value - about.peek()) >= ABOUT_MS) about.value = now.value;
  };
  tick();
  setInterval(tick, SECOND_MS);
}
