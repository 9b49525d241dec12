/** How a visit stands, as its block on the calendar says it: one word and its colour. Pure. */
import type { Row } from "../../wire/index.ts";
import { isWaiting } from "../board/filter.ts";
import { stateOf } from "../board/state.ts";
import type { Visit } from "../clinic.ts";
import { words as clinic } from "../words.ts";

export type Tone = "planned" | "waiting" | "live" | "late" | "over";

export interface BlockState {
  readonly word: string;
  readonly tone: Tone;
}

const LATE_MS = 60_000;

/** `row` is what the waiting room knows of it, of the day that it shows; `now` is ms since 1970. */
export function blockState(visit: Visit, row: Row | undefined, now: number): BlockState {
  if (row) return liveState(row, now);
  const { status, start } = visit;
  const word = clinic.state[status];
  if (status === "completed" || status === "cancelled" || status === "ended") return { word, tone: "over" };
  if (status === "in_progress") return { word, tone: "live" };
  if (status === "lapsed") return { word, tone: "late" };
  return now - start >= LATE_MS ? { word: clinic.state.late, tone: "late" } : { word, tone: "planned" };
}

function liveState(row: Row, now: number): BlockState {
  const { tone, word } = stateOf(row, now);
  const { status } = row.visit;
  if (status === "completed" || status === "cancelled" || status === "ended") return { word, tone: "over" };
  if (isWaiting(row)) return { word: clinic.room.filter.waiting, tone: "waiting" };
  return { word, tone: tone === "late" ? "late" : tone === "live" ? "live" : "planned" };
}

/** Whether a visit can still be moved or changed: nobody has begun it. */
export function isPlanned(visit: Visit): boolean {
  return visit.status === "scheduled" || visit.status === "open";
}
