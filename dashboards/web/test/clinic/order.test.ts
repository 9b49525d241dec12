import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { arrange, hold, type Line, type Place } from "../../src/clinic/board/order.ts";

const place = (visit: string, start: number, room = "Main", done = false): Place => ({ visit, start, room, done });
const keys = (lines: readonly Line[]): string[] => lines.map((line) => line.key);

describe("the order of the waiting room", () => {
  test("rooms stand by name, in each the visits by their start, those that are over last", () => {
    const lines = arrange([place("late", 30), place("over", 10, "Main", true), place("early", 20), place("x", 5, "Annex")]);
    assert.deepEqual(keys(lines), ["room:Annex", "x", "room:Main", "early", "late", "over"]);
  });

  test("visits of the same start keep one order", () => {
    assert.deepEqual(keys(arrange([place("b", 1), place("a", 1)])), keys(arrange([place("a", 1), place("b", 1)])));
  });
});

describe("rows under the pointer", () => {
  const shown = arrange([place("a", 10), place("b", 20), place("c", 30)]);

  test("nothing is held while the pointer is elsewhere", () => {
    const wanted = arrange([place("new", 5), place("a", 10)]);
    assert.deepEqual(hold(shown, wanted, null), { lines: wanted, above: 0 });
  });

  test("a new visit that belongs above waits and is counted", () => {
    const wanted = arrange([place("new", 5), place("a", 10), place("b", 20), place("c", 30)]);
    const held = hold(shown, wanted, "b");
    assert.deepEqual(keys(held.lines), keys(shown));
    assert.equal(held.above, 1);
  });

  test("a new visit that belongs below appears at once", () => {
    const wanted = arrange([place("a", 10), place("b", 20), place("new", 25), place("c", 30)]);
    assert.deepEqual(keys(hold(shown, wanted, "b").lines), ["room:Main", "a", "b", "new", "c"]);
  });

  test("a visit that is gone keeps its line while the pointer is on it", () => {
    const held = hold(shown, arrange([place("a", 10), place("c", 30)]), "b");
    assert.deepEqual(keys(held.lines), keys(shown));
  });

  test("a visit that is completed under the pointer stays, and no row is lost", () => {
    const wanted = arrange([place("a", 10, "Main", true), place("b", 20), place("c", 30)]);
    assert.deepEqual(keys(wanted), ["room:Main", "b", "c", "a"]);
    const held = hold(shown, wanted, "a");
    assert.deepEqual(keys(held.lines), keys(shown));
    assert.equal(held.above, 0);
  });

  test("however rows come and go, the line under the pointer keeps its place, and each line stands once", () => {
    let lines: readonly Line[] = shown;
    for (let step = 0; step < 200; step += 1) {
      const places = ["a", "b", "c", "d", "e", "f", "g"]
        .filter((_, index) => (step * 7 + index * 5) % 3 !== 0)
        .map((visit, index) => place(visit, (step * 13 + index * 17) % 50, (step + index) % 4 ? "Main" : "Annex", (step * index) % 5 === 1));
      const under = lines[(step * 11) % lines.length]?.key ?? null;
      const before = lines.findIndex((line) => line.key === under);
      const { lines: next } = hold(lines, arrange(places), under);
      assert.equal(next.findIndex((line) => line.key === under), before);
      assert.equal(new Set(keys(next)).size, next.length);
      lines = next;
    }
  });
});
