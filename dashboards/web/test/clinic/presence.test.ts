import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aroundTheLine, peopleOf } from "../../src/clinic/board/people.ts";
import { presenceSince, presenceText, toneIn, toneOf } from "../../src/clinic/board/presence.ts";
import { MINUTE, NOW, person, row, seat } from "./clinic-day.ts";

describe("what the clinic reads about a person (D10)", () => {
  test("who came early is Early", () => {
    assert.equal(presenceText(row({}), person({ standing: "held" }), NOW), "Early");
  });

  test("waiting is told in whole minutes that have passed", () => {
    assert.equal(presenceText(row({}), person({ standing: "waiting", since: NOW - 59_000 }), NOW), "Waiting under 1 min");
    assert.equal(presenceText(row({}), person({ standing: "waiting", since: NOW - 6 * MINUTE - 59_000 }), NOW), "Waiting 6 min");
    assert.equal(presenceText(row({}), person({ standing: "waiting", since: NOW - 65 * MINUTE }), NOW), "Waiting 1 h 5 min");
  });

  test("details tell since when somebody waits, in the clinic's zone", () => {
    assert.equal(presenceSince(row({}), person({ standing: "waiting", since: NOW - 6 * MINUTE }), NOW), "Waiting 6 min, since 2:24 PM");
  });

  test("a lost connection counts its seconds, in the call and while waiting", () => {
    for (const standing of ["in", "waiting"] as const) {
      const lost = person({ standing, link: "lost", lost_since: NOW - 12_400 });
      assert.equal(presenceText(row({}), lost, NOW), "Connection lost (12 s)");
      assert.equal(toneOf(lost.seat), "lost");
    }
  });

  test("after a restart nobody has left: the connection is being checked", () => {
    assert.equal(presenceText(row({}), person({ standing: "in", link: "restoring" }), NOW), "Checking the connection");
  });

  test("who left is told when, in the clinic's zone", () => {
    const left = person({ standing: "left", link: "none", since: Date.UTC(2025, 5, 2, 21, 41) });
    assert.equal(presenceText(row({}), left, NOW), "Left");
    assert.equal(presenceSince(row({}), left, NOW), "Left at 2:41 PM");
    assert.equal(toneOf(left.seat), "gone");
  });

  const STATUSES = ["scheduled", "open", "in_progress", "lapsed", "completed", "ended", "cancelled"] as const;
  const expected = (role: "patient" | "provider") => ({ key: `${role}:Lee`, name: "Lee", role, seat: null });

  test("who has not come is missed while the visit goes on and after it, not before", () => {
    const said = STATUSES.map((status) => presenceText(row({ status }), expected("provider"), NOW));
    assert.deepEqual(said, ["", "Not here yet", "Not here yet", "Not here yet", "Did not come", "Did not come", ""]);
  });

  test("a patient is late five minutes after the start, and a no-show once the time is over", () => {
    const said = (status: (typeof STATUSES)[number], now: number) => presenceText(row({ status }), expected("patient"), now);
    assert.equal(said("open", NOW + 5 * MINUTE - 1), "Not here yet");
    assert.equal(said("in_progress", NOW + 12 * MINUTE), "Not here, 12 min late");
    assert.deepEqual(STATUSES.map((status) => said(status, NOW)), ["", "Not here yet", "Not here yet", "No-show", "No-show", "No-show", ""]);
    assert.equal(toneIn(row({ status: "in_progress" }), expected("patient"), NOW + 12 * MINUTE), "late");
    assert.equal(toneIn(row({ status: "ended" }), expected("patient"), NOW), "no_show");
    assert.equal(toneIn(row({ status: "ended" }), expected("provider"), NOW), "absent");
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
