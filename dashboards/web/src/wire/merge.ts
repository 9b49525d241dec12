/**
 * State once, then differences: pure functions from what a page knows and a message to what it knows next.
 *
 * `seatNext` is for somebody in a visit, `boardNext` for a clinic's waiting room. The same state comes back, the very
 * object, when a message changes nothing, so that pages can compare by identity.
 */

import type { Board, Door, FromServer, Inside, MediaState, Participant, Peer, Ready, Role, Standing, Status } from "./messages.ts";
import type { BoardRow, VisitInfo, Why } from "./messages.ts";

/** Seats by their id. Order of arrival is `since`, see `inOrder`. */
export type Seats = Readonly<Record<string, Participant>>;

/** What somebody with a seat knows. */
export interface SeatState {
  readonly visit: string;
  readonly seat: string;
  readonly secret: string;
  readonly role: Role;
  readonly name: string;
  readonly standing: Standing;
  /** Why the standing is what it is. */
  readonly why: Why | "";
  /** What is shown before being let in (D12); undefined inside. */
  readonly door: Door | undefined;
  /** The visit's facts; undefined before being let in. */
  readonly info: VisitInfo | undefined;
  readonly seats: Seats;
  /** Whom to offer a media connection to, as told last. */
  readonly peers: readonly Peer[];
  readonly ended: { readonly status: Status; readonly message: string } | undefined;
}

const NOBODY: Seats = {};
const NO_PEERS: readonly Peer[] = [];

/** Begin from `ready`; with "replay" what was known goes on. */
export function seatFrom(ready: Ready, known?: SeatState): SeatState {
  const { visit, seat, secret, role, name, standing } = ready;
  const own = { visit, seat, secret, role, name, standing };
  if (ready.resumed === "replay" && known?.seat === seat) return { ...known, ...own };
  const blank = { why: "" as const, door: ready.door, info: undefined, seats: NOBODY, peers: NO_PEERS, ended: undefined };
  const state: SeatState = { ...own, ...blank };
  return ready.inside ? inside(state, ready.inside) : state;
}

/** The state after `message`; messages that say nothing about the visit change nothing. */
export function seatNext(state: SeatState, message: FromServer): SeatState {
  switch (message.t) {
    case "ready":
      return seatFrom(message, state);
    case "inside":
      return inside(state, message);
    case "you":
      return you(state, message.standing, message.why, message.name || state.name);
    case "door":
      return { ...state, door: message.door };
    case "seat": {
      const { seat } = message.seat;
      const seats = { ...state.seats, [seat]: message.seat };
      return seat === state.seat ? { ...state, seats, name: message.seat.name } : { ...state, seats };
    }
    case "visit":
      return { ...state, info: message.visit };
    case "ended":
      return { ...state, ended: { status: message.status, message: message.message } };
    default:
      return state;
  }
}

function inside(state: SeatState, { visit, seats, peers }: Inside): SeatState {
  return { ...state, standing: "in", door: undefined, info: visit, seats: byId(seats), peers: peers ?? NO_PEERS };
}

/** Whoever is not in the call any more keeps nothing of it. */
function you(state: SeatState, standing: Standing, why: Why, name: string): SeatState {
  if (standing === "in") return { ...state, standing, why, name };
  return { ...state, standing, why, name, info: undefined, seats: NOBODY, peers: NO_PEERS };
}

/** What a clinic knows of one day's waiting room. */
export interface BoardState {
  readonly day: string;
  readonly zone: string;
  readonly rows: Readonly<Record<string, Row>>;
}

export interface Row {
  readonly visit: VisitInfo;
  readonly seats: Seats;
}

export const NO_BOARD: BoardState = { day: "", zone: "UTC", rows: {} };

export function boardNext(state: BoardState, message: FromServer): BoardState {
  switch (message.t) {
    case "board":
      return boardFrom(message);
    case "board.row": {
      const seats = message.seats ? byId(message.seats) : (state.rows[message.visit.visit]?.seats ?? NOBODY);
      return withRow(state, { visit: message.visit, seats });
    }
    case "board.seat": {
      const row = state.rows[message.visit];
      if (!row) return state; // gone from this day meanwhile
      return withRow(state, { ...row, seats: { ...row.seats, [message.seat.seat]: message.seat } });
    }
    case "board.gone":
      return message.visit in state.rows ? { ...state, rows: without(state.rows, message.visit) } : state;
    default:
      return state;
  }
}

function boardFrom({ day, zone, rows }: Board): BoardState {
  return { day, zone, rows: Object.fromEntries(rows.map((row: BoardRow) => [row.visit.visit, rowFrom(row)])) };
}

function rowFrom({ visit, seats }: BoardRow): Row {
  return { visit, seats: byId(seats ?? []) };
}

function withRow(state: BoardState, row: Row): BoardState {
  return { ...state, rows: { ...state.rows, [row.visit.visit]: row } };
}

function without(rows: BoardState["rows"], visit: string): BoardState["rows"] {
  return Object.fromEntries(Object.entries(rows).filter(([id]) => id !== visit));
}

function byId(seats: readonly Participant[]): Seats {
  return Object.fromEntries(seats.map((seat) => [seat.seat, seat]));
}

const RANK: Record<Role, number> = { provider: 0, patient: 1, interpreter: 2, guest: 3, phone: 4 };

/** Seats as lists show them: providers, the patient, then the others in the order they came. */
export function inOrder(seats: Seats): readonly Participant[] {
  return Object.values(seats).sort(
    (a, b) => RANK[a.role] - RANK[b.role] || (a.since ?? 0) - (b.since ?? 0) || (a.seat < b.seat ? -1 : 1),
  );
}

/** R12's line: those in the call stand above it, those who left or have not joined below. */
export function aboveTheLine(seat: Participant): boolean {
  return seat.standing === "in";
}

/** What a participant sends; everything is off until they said. */
export function mediaOf(seat: Participant): Required<MediaState> {
  return { mic: false, cam: false, screen: false, speaks: false, ...seat.media };
}

/** Whether a new or changed seat is news to everyone in the call (D13), and which. */
export function announced(message: FromServer, self: string): { readonly seat: Participant; readonly why: Why } | undefined {
  if (message.t !== "seat" || message.seat.seat === self) return undefined;
  return NEWS.has(message.why) ? { seat: message.seat, why: message.why } : undefined;
}

const NEWS: ReadonlySet<Why> = new Set<Why>(["joined", "admitted", "waiting", "left", "lost", "back", "removed"]);
