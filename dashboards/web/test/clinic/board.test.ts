import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Board } from "../../src/clinic/board/board.ts";
import { RoomView } from "../../src/clinic/board/view.ts";
import type { BoardRow, FromServer } from "../../src/wire/index.ts";
import { MINUTE, NOW, seat, visit, ZONE } from "./clinic-day.ts";

const whole = (...rows: readonly BoardRow[]): FromServer => ({
  t: "board",
  id: 1,
  stream: "s",
  seq: 0,
  day: "2025-06-02",
  zone: ZONE,
  now: NOW,
  rows,
});

/** Resolves once a burst of changes has been counted. */
function settled(board: Board): Promise<void> {
  const before = board.version.peek();
  return new Promise((resolve) => {
    board.version.subscribe((version) => version > before && resolve());
  });
}

describe("the waiting room, state once and then changes", () => {
  test("a change touches its own row and no other", () => {
    const board = new Board();
    board.take(whole({ visit: visit({ visit: "a" }) }, { visit: visit({ visit: "b" }) }));
    const other = board.find("b")?.state.peek();
    board.take({ t: "board.seat", visit: "a", why: "waiting", seat: seat({ seat: "p", standing: "waiting" }) });
    assert.equal(board.find("a")?.state.peek().seats["p"]?.standing, "waiting");
    assert.equal(board.find("b")?.state.peek(), other);
  });

  test("a whole state after a reconnect keeps the rows that stay, and nobody's arrival is news again", () => {
    const board = new Board();
    board.take(whole({ visit: visit({ visit: "a" }) }, { visit: visit({ visit: "b" }) }));
    const row = board.find("a");
    board.take(whole({ visit: visit({ visit: "a", status: "in_progress" }), seats: [seat({})] }));
    assert.equal(board.find("a"), row);
    assert.equal(row?.state.peek().visit.status, "in_progress");
    assert.equal(row?.arrivals.peek(), 0);
    assert.deepEqual([...board.rows.keys()], ["a"]);
  });

  test("an arrival is news once; leaving is none", () => {
    const board = new Board();
    board.take(whole({ visit: visit({ visit: "a" }) }));
    board.take({ t: "board.seat", visit: "a", why: "waiting", seat: seat({ standing: "waiting" }) });
    board.take({ t: "board.seat", visit: "a", why: "left", seat: seat({ standing: "left" }) });
    assert.equal(board.find("a")?.arrivals.peek(), 1);
  });

  test("what is left of another day's stream changes nothing", () => {
    const board = new Board();
    board.take(whole({ visit: visit({ visit: "a" }) }));
    board.clear();
    board.take({ t: "board.row", visit: visit({ visit: "a" }) });
    assert.equal(board.rows.size, 0);
  });
});

describe("what is shown of it", () => {
  test("while somebody points at a row, a new visit above is counted, and shown once they are gone", async () => {
    const board = new Board();
    const view = new RoomView(board);
    const stop = view.follow();
    board.take(whole({ visit: visit({ visit: "a" }) }, { visit: visit({ visit: "b", start: NOW + MINUTE }) }));
    view.point("b");
    const change = settled(board);
    board.take({ t: "board.row", visit: visit({ visit: "first", start: NOW - MINUTE }), seats: [] });
    await change;
    const shown = () => view.shown.peek().lines.flatMap((line) => (line.kind === "visit" ? [line.visit] : []));
    assert.deepEqual([shown(), view.shown.peek().above], [["a", "b"], 1]);
    view.point(null);
    assert.deepEqual([shown(), view.shown.peek().above], [["first", "a", "b"], 0]);
    stop();
  });

  test("the keyboard moves over visits only, and stops at both ends", () => {
    const board = new Board();
    const view = new RoomView(board);
    const stop = view.follow();
    board.take(whole({ visit: visit({ visit: "a", room: "A" }) }, { visit: visit({ visit: "b", room: "B" }) }));
    assert.equal(view.current.peek(), "a");
    view.active.value = view.step(1);
    assert.equal(view.current.peek(), "b");
    assert.equal(view.step(1), "b");
    assert.equal(view.step(-Infinity), "a");
    stop();
  });
});
