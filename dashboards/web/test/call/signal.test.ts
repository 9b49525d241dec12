import assert from "node:assert/strict";
import { test } from "node:test";
import { oursCounts, read, spell } from "../../src/call/signal.ts";
import { cameraLimit } from "../../src/call/mesh.ts";

test("a signal reads as it was spelled", () => {
  const signal = { pair: "p", page: "1", to: "2", offer: "v=0" };
  assert.deepEqual(read(spell(signal)), signal);
});

test("what is no signal is nothing, and breaks nothing", () => {
  for (const data of ["", "{", "null", "7", "[]", '{"pair":1,"page":"x"}', '{"t":"hello"}']) assert.equal(read(data), undefined);
});

test("when two offers cross, both sides agree whose counts", () => {
  assert.notEqual(oursCounts("a", "b"), oursCounts("b", "a"));
});

test("the more people, the less the camera may take of the uplink", () => {
  const bits = [1, 3, 5].map((others) => cameraLimit(others).bitsPerSecond);
  assert.deepEqual(bits, [...bits].sort((a, b) => b - a));
  assert.equal(new Set(bits).size, 3);
});
