import assert from "node:assert/strict";
import { test } from "node:test";
import * as time from "../../src/ui/time.ts";

const AT = Date.UTC(2022, 3, 9, 1, 47); // 6:47 PM on April 8 in California
const PACIFIC = "America/Los_Angeles";
const MINUTE = 60_000;

test("a time is said in the clinic's zone and with the zone's name, wherever the browser is", () => {
  assert.equal(time.clockTime(AT, PACIFIC), "6:47 PM (PDT)");
  assert.equal(time.clockTime(AT, "UTC"), "1:47 AM (UTC)");
  assert.equal(time.dayOf(AT, PACIFIC), "Friday, April 8");
});

test("days near now have words, also across midnight in the clinic's zone", () => {
  assert.equal(time.dayWord(AT, AT - 60 * MINUTE, PACIFIC), "Today");
  assert.equal(time.dayWord(AT, AT - 24 * 60 * MINUTE, PACIFIC), "Tomorrow");
  assert.equal(time.dayWord(AT, AT - 72 * 60 * MINUTE, PACIFIC), "Friday, April 8");
});

test("what is near is counted in minutes, what is far is not counted", () => {
  assert.equal(time.near(AT, AT - 12 * MINUTE), "in 12 minutes");
  assert.equal(time.near(AT, AT - MINUTE), "in 1 minute");
  assert.equal(time.near(AT, AT + 5 * MINUTE), "5 minutes ago");
  assert.equal(time.near(AT, AT + 1000), "now");
  assert.equal(time.near(AT, AT - 180 * MINUTE), "");
});

test("lengths are short", () => {
  assert.equal(time.minutes(30_000), "under 1 min");
  assert.equal(time.minutes(6.5 * MINUTE), "6 min");
  assert.equal(time.minutes(65 * MINUTE), "1 h 5 min");
  assert.equal(time.seconds(12_300), "12 s");
  assert.equal(time.seconds(119_000), "119 s");
  assert.equal(time.length(0, 15 * MINUTE), "15 minutes");
});

test("a PIN is read 3-3-4", () => {
  assert.equal(time.pinGroups("1234567890"), "123 456 7890");
});

test("a zone that the browser does not know stops no page", () => {
  assert.equal(time.timeOf(AT, "Mars/Olympus"), "1:47 AM");
});
