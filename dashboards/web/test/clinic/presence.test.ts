import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aroundTheLine, peopleOf } from "../../src/clinic/board/people.ts";
import { presenceSince, presenceText, toneOf } from "../../src/clinic/board/presence.ts";
import { MINUTE, NOW, person, row, seat, visit } from "./clinic-day.ts";

describe("what the clinic reads about a person (D10)", () => {
  test("who came early is Early", () => {
    assert.equal(presenceText(person({ standing: "held" }), NOW, "open"), "Early");
  });

  test("waiting is told in whole minutes that have passed", () => {
    assert.equal(presenceText(person({ standing: "waiting", since: NOW - 59_000 }), NOW, "open"), "Waiting under 1 min");
    assert.equal(presenceText(person({ standing: "waiting", since: NOW - 6 * MINUTE - 59_000 }), NOW, "open"), "Waiting 6 min");
    assert.equal(presenceText(person({ standing: "waiting", since: NOW - 65 * MINUTE }), NOW, "open"), "Waiting 1 h 5 min");
  });

  test("a lost connection counts its seconds, in the call and while waiting", () => {
    for (const standing of ["in", "waiting"] as const) {
      const lost = person({ standing, link: "lost", lost_since: NOW - 12_400 });
      assert.equal(presenceText(lost, NOW, "open"), "Connection lost (12 s)");
      assert.equal(toneOf(lost.seat), "lost");
    }
  });

  test("after a restart nobody has left: the connection is being checked", () => {
    assert.equal(presenceText(person({ standing: "in", link: "restoring" }), NOW, "open"), "Checking the connection");
  });

  test("who left is told when, in the clinic's zone", () => {
    const left = person({ standing: "left", link: "none", since: Date.UTC(2025, 5, 2, 21, 41) });
    assert.equal(presenceText(left, NOW, "open"), "Left");
    assert.equal(presenceSince(left, NOW, visit({})), "Left at 2:41 PM");
    assert.equal(toneOf(left.seat), "gone");
  });

  test("who has not come is missed while the visit goes on and after it, not before", () => {
    const expected = { key: "patient:Lee", name: "Lee", role: "patient", seat: null } as const;
    const said = (["scheduled", "open", "in_progress", "lapsed", "completed", "ended", "cancelled"] as const).map((status) =>
      presenceText(expected, NOW, status),
    );
    assert.deepEqual(said, ["", "Not here yet", "Not here yet", "Not here yet", "Did not come", "Did not come", ""]);
  });
});

describe("the participants of a visit (R12)", () => {
  const talk = row({ patient: "Ana Lee", providers: ["Dr. Rivera", "Dr. Okafor"] }, [
    seat({ seat: "g", role: "guest", name: "Mia", standing: "waiting", since: 3 }),
    seat({ seat: "p", role: "provider", name: "Dr. Rivera", standing: "in", since: 2 }),
    seat({ seat: "x", role: "interpreter", name: "Sol", standing: "left", since: 1 }),
  ]);

  test("those in the call stand above the line; below it first who waits, then who is expected, then who left", () => {
    const { above, below } = aroundTheLine(talk);
    assert.deepEqual(above.map(({ name }) => name), ["Dr. Rivera"]);
    assert.deepEqual(below.map(({ name }) => name), ["Mia", "Dr. Okafor", "Ana Lee", "Sol"]);
  });

  test("the patient and the providers are listed before they come, and once", () => {
    const { patients, providers, guests } = peopleOf(talk);
    assert.deepEqual(patients.map(({ seat }) => seat), [null]);
    assert.deepEqual(providers.map(({ name }) => name), ["Dr. Rivera", "Dr. Okafor"]);
    assert.deepEqual(guests.map(({ name }) => name), ["Sol", "Mia"]);
  });
});
