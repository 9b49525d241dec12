import assert from "node:assert/strict";
import { test } from "node:test";
import * as merge from "../../src/wire/merge.ts";
import type { Door, Participant, Ready, VisitInfo } from "../../src/wire/messages.ts";

const door: Door = { clinic: "Harbor", provider: "Dr. Rivera", start: 1, end: 2, zone: "UTC", status: "open", opens_at: 0 };
const info: VisitInfo = { visit: "v1", status: "in_progress", start: 1, end: 2, lapses_at: 2, zone: "UTC", clinic: "Harbor" };
const bob: Participant = { seat: "b", role: "guest", name: "Bob", standing: "in", link: "ok", since: 5 };
const rivera: Participant = { seat: "p", role: "provider", name: "Dr. Rivera", standing: "in", link: "ok", since: 9 };
const ready: Ready = {
  ...{ t: "ready", id: 1, visit: "v1", seat: "a", secret: "s", role: "guest", name: "Alice", standing: "waiting" },
  ...{ stream: "x", seq: 0, now: 1, resumed: "new", door },
};

test("alice waits, is let in, sees bob come and go, and the end", () => {
  let state = merge.seatFrom(ready);
  assert.equal(state.door?.provider, "Dr. Rivera");
  assert.deepEqual(state.seats, {});

  state = merge.seatNext(state, { t: "you", standing: "in", why: "admitted" });
  state = merge.seatNext(state, { t: "inside", visit: info, seats: [rivera], peers: [{ seat: "p", page: "1" }] });
  assert.equal(state.standing, "in");
  assert.equal(state.door, undefined);
  assert.deepEqual(state.peers, [{ seat: "p", page: "1" }]);

  state = merge.seatNext(state, { t: "seat", seat: bob, why: "joined" });
  state = merge.seatNext(state, { t: "seat", seat: { ...bob, standing: "left" }, why: "left" });
  assert.deepEqual(merge.inOrder(state.seats).map((seat) => [seat.name, merge.aboveTheLine(seat)]), [["Dr. Rivera", true], ["Bob", false]]);

  state = merge.seatNext(state, { t: "ended", status: "completed", message: "This visit has ended." });
  assert.equal(state.ended?.status, "completed");
});

test("who is put out of the call keeps nothing of it", () => {
  const inside: Ready = { ...ready, standing: "in", inside: { t: "inside", visit: info, seats: [bob] } };
  const state = merge.seatNext(merge.seatFrom(inside), { t: "you", standing: "removed", why: "removed" });
  assert.equal(state.info, undefined);
  assert.deepEqual(state.seats, {});
});

test("a replay goes on from what was known; a whole state replaces it", () => {
  const known = merge.seatNext(merge.seatFrom({ ...ready, standing: "in" }), { t: "inside", visit: info, seats: [bob] });
  const { door: _, ...again } = ready;
  assert.deepEqual(merge.seatNext(known, { ...again, standing: "in", resumed: "replay" }).seats, { b: bob });
  const whole = merge.seatNext(known, { ...again, standing: "in", resumed: "state", inside: { t: "inside", visit: info, seats: [rivera] } });
  assert.deepEqual(whole.seats, { p: rivera });
});

test("what says nothing about the visit changes nothing, not even the object", () => {
  const state = merge.seatFrom(ready);
  assert.equal(merge.seatNext(state, { t: "ok", id: 4 }), state);
  assert.equal(merge.boardNext(merge.NO_BOARD, { t: "beat" }), merge.NO_BOARD);
});

test("a message never changes what it was applied to", () => {
  const state = Object.freeze(merge.seatFrom(ready));
  merge.seatNext(state, { t: "seat", seat: bob, why: "joined" });
  assert.deepEqual(state.seats, {});
});

test("the waiting room: whole, then rows, seats and visits that are gone", () => {
  let board = merge.boardNext(merge.NO_BOARD, {
    ...{ t: "board", id: 1, stream: "b", seq: 3, day: "2026-01-02", zone: "UTC", now: 1, rows: [{ visit: info, seats: [bob] }] },
  });
  board = merge.boardNext(board, { t: "board.row", visit: { ...info, status: "lapsed" } });
  assert.deepEqual(board.rows["v1"], { visit: { ...info, status: "lapsed" }, seats: { b: bob } });
  board = merge.boardNext(board, { t: "board.seat", visit: "v1", seat: rivera, why: "joined" });
  assert.deepEqual(Object.keys(board.rows["v1"]?.seats ?? {}), ["b", "p"]);
  board = merge.boardNext(board, { t: "board.seat", visit: "elsewhere", seat: rivera, why: "joined" });
  board = merge.boardNext(board, { t: "board.gone", visit: "v1" });
  assert.deepEqual(board.rows, {});
});

test("joins and leaves are announced to others, one's own and mere changes are not", () => {
  assert.equal(merge.announced({ t: "seat", seat: bob, why: "joined" }, "a")?.seat.name, "Bob");
  assert.equal(merge.announced({ t: "seat", seat: bob, why: "joined" }, "b"), undefined);
  assert.equal(merge.announced({ t: "seat", seat: bob, why: "changed" }, "a"), undefined);
});
