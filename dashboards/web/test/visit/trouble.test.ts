import assert from "node:assert/strict";
import { test } from "node:test";
import { isInApp, troubleOf } from "../../src/visit/trouble.ts";
import { dialled } from "../../src/visit/dialled.ts";
import { loudness } from "../../src/visit/sound.ts";

const SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1";

test("each failure of the camera is the one a person can act on", () => {
  const of = (name: string) => troubleOf({ name }, false);
  assert.equal(of("NotAllowedError"), "refused");
  assert.equal(of("NotFoundError"), "none");
  assert.equal(of("NotReadableError"), "busy");
  assert.equal(of("TypeError"), "failed");
  assert.equal(troubleOf(undefined, false), "failed");
});

test("a refusal inside another app means that app, not the person", () => {
  assert.equal(troubleOf({ name: "NotAllowedError" }, true), "inapp");
  assert.ok(isInApp(`${SAFARI} [FBAN/FBIOS;FBAV/400.0]`));
  assert.ok(!isInApp(SAFARI));
});

test("one tap dials the number, waits, and types the PIN", () => {
  assert.equal(dialled("+1 (415) 555-0188", "1234567890"), "tel:+14155550188,,1234567890%23");
  assert.equal(dialled("(415) 555-0123"), "tel:4155550123");
});

test("silence is 0 and a voice near the microphone is 1", () => {
  assert.equal(loudness(0), 0);
  assert.equal(loudness(0.5), 1);
  assert.ok(loudness(0.02) > 0.3 && loudness(0.02) < 0.5);
});
