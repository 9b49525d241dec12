/** Times as the staff app writes them; what pages share is in ui/time.ts. */
import { dayOf, minutes } from "../ui/time.ts";

const MINUTE_MS = 60_000;

/** "Saturday, November 22" of a day written `YYYY-MM-DD`. */
export function dayText(day: string): string {
  return dayOf(Date.parse(`${day}T00:00:00Z`), "UTC");
}

/** What remains, rounded up: a visit with 30 seconds to go has "1 min left". */
export function remaining(ms: number): string {
  return minutes(Math.max(1, Math.ceil(ms / MINUTE_MS)) * MINUTE_MS);
}
