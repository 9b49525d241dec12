import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { arrange, type Line } from "../../src/clinic/board/order.ts";
import { AROUND, edgesOf, Heights, lineAt, partsOf, spanOf } from "../../src/clinic/board/window.ts";

const VISITS = 3_000;
const ROW = 60;
const ROOM = 38;
const SIGHT = 700;

const day: Line[] = arrange(
  Array.from({ length: VISITS }, (_, index) => ({ visit: `v${index}`, room: `Room ${index % 12}`, start: index, done: false })),
);
const edges = edgesOf(day, ({ kind }) => (kind === "visit" ? ROW : ROOM));
const whole = edges.at(-1) ?? 0;

describe("a day of 3,000 visits", () => {
  test("wherever one scrolls, only what is in sight and a little around it is drawn", () => {
    for (let top = 0; top < whole; top += 997) {
      const drawn = partsOf(edges, spanOf(edges, top, SIGHT), []).filter(({ kind }) => kind === "line").length;
      assert.ok(drawn <= Math.ceil(SIGHT / ROOM) + 2 * AROUND + 9, `${drawn} lines at ${top}`);
    }
  });

  test("all that is in sight is drawn, at every place", () => {
    for (let top = 0; top < whole - SIGHT; top += 331) {
      const { from, to } = spanOf(edges, top, SIGHT);
      assert.ok((edges[from] ?? 0) <= top, `nothing missing above at ${top}`);
      assert.ok((edges[to] ?? 0) >= top + SIGHT, `nothing missing below at ${top}`);
    }
  });

  test("lines and gaps together are always as high as the whole day, and every line stands where it belongs", () => {
    for (const top of [0, 1, 50_000, 120_345, whole - SIGHT, whole + 5_000]) {
      let place = 0;
      for (const part of partsOf(edges, spanOf(edges, top, SIGHT), [0, 1_500, 3_011])) {
        if (part.kind === "line") assert.equal(place, edges[part.index]);
        place += part.kind === "gap" ? part.height : (edges[part.index + 1] ?? 0) - (edges[part.index] ?? 0);
      }
      assert.equal(place, whole);
    }
  });

  test("the keyboard's line and the open visit's stay, however far one scrolls, and each once", () => {
    const indices = partsOf(edges, spanOf(edges, 100_000, SIGHT), [3, 3, 2_999, -1, 99_999]).flatMap((part) =>
      part.kind === "line" ? [part.index] : [],
    );
    assert.deepEqual([indices[0], indices.at(-1)], [3, 2_999]);
    assert.equal(new Set(indices).size, indices.length);
  });

  test("a few pixels of scrolling mostly draw nothing anew", () => {
    const spans = Array.from({ length: 240 }, (_, step) => JSON.stringify(spanOf(edges, 60_000 + step, SIGHT)));
    assert.ok(new Set(spans).size <= 4);
  });
});

describe("lines and places", () => {
  test("a place falls on the line that covers it", () => {
    const three = [0, 38, 98, 158];
    assert.deepEqual([-5, 0, 37, 38, 97, 98, 500].map((place) => lineAt(three, place)), [0, 0, 0, 1, 1, 2, 2]);
  });

  test("an empty day has nothing to draw", () => {
    assert.deepEqual(partsOf(edgesOf([], () => ROW), spanOf([0], 0, SIGHT), [0]), []);
  });

  test("lines never drawn yet are taken to be as high as the last one measured", () => {
    const heights = new Heights({ visit: 60, room: 38 });
    const [room, first, second] = arrange([
      { visit: "a", room: "", start: 1, done: false },
      { visit: "b", room: "", start: 2, done: false },
    ]) as [Line, Line, Line];
    assert.equal(heights.measured("a", "visit", 68), true);
    assert.equal(heights.measured("a", "visit", 68), false);
    assert.deepEqual([room, first, second].map(heights.of), [38, 68, 68]);
    heights.measured("b", "visit", 100);
    assert.deepEqual([first, second].map(heights.of), [68, 100]);
  });
});
