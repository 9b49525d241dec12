import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff, LONGEST_MS, retryHint } from "../../src/wire/backoff.ts";

test("waits are drawn from the whole range, doubling up to a limit, so that a herd spreads", () => {
  assert.equal(backoff(0, 0), 0);
  assert.equal(backoff(0, 0.999), 500);
  assert.equal(backoff(3, 0.5), 2000);
  assert.equal(backoff(400, 1), LONGEST_MS);
});

test("nobody comes back sooner than the server asked", () => {
  assert.equal(backoff(0, 0, 3000), 3000);
  assert.ok(backoff(2, 0.7, 3000) > 3000);
});

test("the hint of close code 1012 is read in seconds, and its absence is not zero", () => {
  assert.equal(retryHint("retry=2.5"), 2500);
  assert.equal(retryHint("restarting retry=1"), 1000);
  assert.equal(retryHint("restarting"), undefined);
  assert.equal(retryHint("retry=soon"), undefined);
});
