import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aroundTheLine, peopleOf } from "../../src/clinic/board/people.ts";
import { presenceSince, presenceText, toneOf } from "../../src/clinic/board/presence.ts";
import { MINUTE, NOW, person, row, seat } from "./clinic-day.ts";

describe("what the clinic reads about a person (D10)", () => {
  test("who came early is Early", () => {
    assert.equal(presenceText(person({ standing: "held" }), NOW), "Early");
  });

  test("waiting is told in whole minutes that have passed", () => {
    assert.equal(presenceText(person({ standing: "waiting", since: NOW - 59_000 }), NOW), "Waiting less than 1 min");
    assert.equal(presenceText(person({ standing: "waiting", since: NOW - 6 * MINUTE - 59_000 }), NOW), "Waiting 6 min");
    assert.equal(presenceText(person({ standing: "waiting", since: NOW - 65 * MINUTE }), NOW), "Waiting 1 h 5 min");
  });

  test("a lost connection counts its seconds, in the call and while waiting", () => {
    for (const standing of ["in", "waiting"] as const) {
      const lost = person({ standing, link: "lost", lost_since: NOW - 12_400 });
      assert.equal(presenceText(lost, NOW), "Connection lost (12 s)");
      assert.equal(toneOf(lost.seat), "lost");
    }
  });

  test("after a restart nobody has left: the connection is being checked", () => {
    assert.equal(presenceText(person({ standing: "in", link: "restoring" }), NOW), "Checking the connection");
  });

  test("who left is told when, in the clinic's zone", () => {
    const left = person({ standing: "left", link: "none", since: Date.UTC(2025, 5, 2, 21, 41) });
    assert.equal(presenceText(left, NOW), "Left");
    assert.equal(presenceSince(left, NOW, "America/Los_Angeles"), "Left at 2:41 PM");
    assert.equal(toneOf(left.seat), "gone");
  });

  test("who has not come yet is expected", () => {
    const expected = { key: "patient:Lee", name: "Lee", role: "patient", seat: null } as const;
    assert.equal(presenceText(expected, NOW), "Not here yet");
  });
});

describe("the participants of a visit (R12)", () => {
  const visit = row({ patient: "Ana Lee", providers: ["Dr. Rivera", "Dr. Okafor"] }, [
    seat({ seat: "g", role: "guest", name: "Mia", standing: "waiting", since: 3 }),
    seat({ seat: "p", role: "provider", name: "Dr. Rivera", standing: "in", since: 2 }),
    seat({ seat: "x", role: "interpreter", name: "Sol", standing: "left", since: 1 }),
  ]);

  test("those in the call stand above the line; below it first who waits, then who is expected, then who left", () => {
    const { above, below } = aroundTheLine(visit);
    assert.deepEqual(above.map(({ name }) => name), ["Dr. Rivera"]);
    assert.deepEqual(below.map(({ name }) => name), ["Mia", "Dr. Okafor", "Ana Lee", "Sol"]);
  });

  test("the patient and the providers are listed before they come, and once", () => {
    const { patients, providers, guests } = peopleOf(visit);
    assert.deepEqual(patients.map(({ seat }) => seat), [null]);
    assert.deepEqual(providers.map(({ name }) => name), ["Dr. Rivera", "Dr. Okafor"]);
    assert.deepEqual(guests.map(({ name }) => name), ["Sol", "Mia"]);
  });
});
