/** What the clinic reads about a person's presence (D10): a tone for the mark, and words, never one without the other. */
import { minutes, seconds, timeOf } from "../../ui/time.ts";
import type { Participant, Row } from "../../wire/index.ts";
import { words } from "../words.ts";
import { isNoShow, patientLateBy } from "./filter.ts";
import type { Person } from "./people.ts";

export type SeatTone = "in" | "wait" | "early" | "lost" | "gone" | "absent";
export type Tone = SeatTone | "late" | "no_show";

/** The tone of somebody in a visit, also of a patient who keeps everybody waiting, or never came. */
export function toneIn(row: Row, { role, seat }: Person, now: number): Tone {
  if (seat || role !== "patient") return toneOf(seat);
  if (isNoShow(row)) return "no_show";
  return patientLateBy(row, now) ? "late" : "absent";
}

/** The tone of a seat: what it is now, not what it was. */
export function toneOf(seat: Participant | null): SeatTone {
  if (!seat) return "absent";
  if (goneAs(seat)) return "gone";
  if (isLost(seat)) return "lost";
  if (seat.standing === "in") return "in";
  return seat.standing === "waiting" ? "wait" : "early";
}

function goneAs({ standing }: Participant): "left" | "removed" | "denied" | null {
  return standing === "left" || standing === "removed" || standing === "denied" ? standing : null;
}

/** "none" is a connection that is gone without a word of when. */
function isLost({ link }: Participant): boolean {
  return link === "lost" || link === "none";
}

/** Whether the words change as time goes by, with nothing else happening. */
export function ticks({ seat }: Person): boolean {
  const tone = toneOf(seat);
  return tone === "wait" || tone === "lost";
}

/** Of somebody who has not come: nothing long before the visit, when nobody is missing, nor when it was cancelled. */
function absentText(row: Row, { role }: Person, now: number): string {
  const { status } = row.visit;
  const late = role === "patient" ? patientLateBy(row, now) : 0;
  if (late) return words.presence.late(minutes(late));
  if (role === "patient" && isNoShow(row)) return words.presence.noShow;
  if (status === "scheduled" || status === "cancelled") return "";
  return status === "completed" || status === "ended" ? words.presence.never : words.presence.absent;
}

/**
 * In a few words, for a row: "Waiting 6 min", "Connection lost (12 s)"; "" when there is nothing to say.
 *
 * `now` is the clinic's clock, ms since 1970.
 */
export function presenceText(row: Row, person: Person, now: number): string {
  const { seat } = person;
  if (!seat) return absentText(row, person, now);
  const gone = goneAs(seat);
  if (gone) return words.presence.gone[gone];
  if (isLost(seat)) return lostText(seat, now);
  if (seat.link === "restoring") return words.presence.checking;
  if (seat.standing === "held") return words.presence.early;
  return seat.standing === "in" ? words.presence.in : words.presence.waiting(minutes(now - (seat.since ?? now)));
}

/** With since when, for Visit Details: "In the call for 12 min", "Waiting 6 min, since 2:24 PM", "Left at 2:41 PM". */
export function presenceSince(row: Row, person: Person, now: number): string {
  const { seat } = person;
  if (!seat?.since) return presenceText(row, person, now);
  const gone = goneAs(seat);
  if (gone) return words.presence.goneAt[gone](timeOf(seat.since, row.visit.zone));
  if (seat.standing === "in" && seat.link === "ok") return words.presence.inFor(minutes(now - seat.since));
  if (seat.standing === "waiting" && seat.link === "ok") {
    return words.presence.waitingSince(minutes(now - seat.since), timeOf(seat.since, row.visit.zone));
  }
  return presenceText(row, person, now);
}

function lostText({ lost_since: since }: Participant, now: number): string {
  return since ? words.presence.lostFor(seconds(now - since)) : words.presence.lost;
}
