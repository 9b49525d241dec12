/** A visit's state as the clinic reads it: one word, and how much time there is. */
import { minutes, timeOf } from "../../ui/time.ts";
import type { Row } from "../../wire/index.ts";
import { remaining } from "../times.ts";
import { words } from "../words.ts";
import { isLate, isOver } from "./filter.ts";

export type StateTone = "quiet" | "live" | "late";

export interface StateText {
  readonly tone: StateTone;
  readonly word: string;
  /** "12 min left", "" when there is nothing to say. */
  readonly time: string;
}

const SOON_MS = 60 * 60_000;

/** `now` is the clinic's clock, ms since 1970. */
export function stateOf(row: Row, now: number): StateText {
  const { status, start, lapses_at: lapses, warned = false, zone } = row.visit;
  if (isOver(row.visit)) return { tone: "quiet", word: words.state[status], time: "" };
  if (status === "lapsed") {
    return { tone: "late", word: words.state.lapsed, time: words.state.since(timeOf(lapses, zone)) };
  }
  if (status === "in_progress") {
    const time = words.state.left(remaining(lapses - now));
    return { tone: warned ? "late" : "live", word: words.state.in_progress, time };
  }
  if (isLate(row, now)) return { tone: "late", word: words.state.late, time: words.state.began(minutes(now - start)) };
  const soon = start > now && start - now < SOON_MS;
  return { tone: "quiet", word: words.state[status], time: soon ? words.state.startsIn(remaining(start - now)) : "" };
}

/** Whether the row itself offers to extend: its last five minutes have begun, or its time is over (D2). */
export function asksToExtend(row: Row): boolean {
  return !isOver(row.visit) && (row.visit.status === "lapsed" || (row.visit.warned ?? false));
}
