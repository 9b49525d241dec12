/** An invitation's life (B1): what was sent and what became of it, who opened it, and how its person stands now. */
import { seconds } from "../../ui/time.ts";
import { letterText, reasonText, stateText, words } from "../../visit/letters.ts";
import type { InvitationInfo, LetterInfo, Participant, Row, Via } from "../../wire/index.ts";

export type StepTone = "quiet" | "wait" | "ok" | "lost";

export interface Step {
  readonly key: string;
  readonly tone: StepTone;
  readonly text: string;
  /** By which way it went; "" for what is no message. */
  readonly via: Via | "";
  /** When, ms since 1970; 0 when it is not known. */
  readonly at: number;
  /** Why it failed or is tried again, one sentence; "" when there is nothing to say. */
  readonly why: string;
}

const TONES: Readonly<Record<string, StepTone>> = {
  queued: "wait",
  failed: "lost",
  early: "wait",
  waiting: "wait",
  in: "ok",
  lost: "lost",
};

export function toneOf(state: string): StepTone {
  return TONES[state] ?? "quiet";
}

/** The seats that were taken with an invitation, as the board knows them: it hears of them first. */
export function seatsOf({ invitation, seats = [] }: InvitationInfo, row: Row): Participant[] {
  return Object.values(row.seats).filter((seat) => seat.invitation === invitation || seats.includes(seat.seat));
}

/** How an invitation stands now: as its person does once they came, which the board knows before the details do. */
export function standingOf(invitation: InvitationInfo, row: Row): string {
  const { state } = invitation;
  if (state === "revoked" || state === "expired") return state;
  const seat = latest(seatsOf(invitation, row));
  return seat ? seatState(seat) : state;
}

/** All its steps in the order of their times; those of which no time is known come last. */
export function lifeOf(invitation: InvitationInfo, row: Row, now: number): Step[] {
  const { created_at: made = 0, opened_at: opened = 0, letters = [], state, changed_at: changed = 0 } = invitation;
  const here = seatsOf(invitation, row);
  const cameAt = latest(here)?.since; // told beside "opened", and may be heard of before it
  const steps = [
    step("made", words.life.made, made),
    ...letters.map(letterStep),
    ...(opened ? [step("opened", words.life.opened, Math.min(opened, cameAt || opened))] : []),
    ...presence(here, now),
    ...(state === "revoked" ? [step("revoked", stateText("revoked"), changed)] : []),
    ...(state === "expired" ? [step("expired", words.life.expired, row.visit.lapses_at)] : []),
  ];
  return steps.sort((a, b) => (a.at || Infinity) - (b.at || Infinity) || 0);
}

function step(state: string, text: string, at: number): Step {
  return { key: state, tone: toneOf(state), text, via: "", at, why: "" };
}

function letterStep(letter: LetterInfo, index: number): Step {
  const { via, progress, at, reason = "" } = letter;
  const tone = progress === "failed" ? "lost" : progress === "sent" ? "ok" : "wait";
  return { key: `letter-${index}`, tone, text: letterText(letter), via, at, why: progress === "sent" ? "" : reasonText(reason) };
}

/** Where its person is: in the call since when, and since when without a connection. */
function presence(seats: readonly Participant[], now: number): Step[] {
  const seat = latest(seats);
  if (!seat) return [];
  const { standing, since = 0, lost_since: lost = 0 } = seat;
  const standsAs = standing === "held" ? "early" : standing;
  const steps = [{ ...step(standsAs, stateText(standsAs), since) }];
  if (seatState(seat) !== "lost") return steps;
  const text = lost ? words.life.lostFor(seconds(now - lost)) : stateText("lost");
  return [...steps, step("lost", text, lost)];
}

function seatState({ standing, link }: Participant): string {
  const isHere = standing === "in" || standing === "waiting" || standing === "held";
  if (isHere && (link === "lost" || link === "none")) return "lost";
  return standing === "held" ? "early" : standing;
}

function latest(seats: readonly Participant[]): Participant | undefined {
  return seats.reduce<Participant | undefined>((last, seat) => ((seat.since ?? 0) >= (last?.since ?? 0) ? seat : last), undefined);
}
