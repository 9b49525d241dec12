import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { belongs, isLate, isNoShow, isOf, longestWait, matches, next, patientLateBy, providersOf, tally } from "../../src/clinic/board/filter.ts";
import { asksToExtend, stateOf } from "../../src/clinic/board/state.ts";
import { MINUTE, NOW, row, seat } from "./clinic-day.ts";

describe("the filters of the waiting room", () => {
  const waiting = row({ visit: "w" }, [seat({ role: "patient", standing: "waiting", since: NOW - 6 * MINUTE })]);
  const talking = row({ visit: "t", status: "in_progress" }, [seat({ role: "provider", standing: "in" })]);
  const lapsed = row({ visit: "l", status: "lapsed" }, []);
  const done = row({ visit: "d", status: "completed" }, [seat({ standing: "waiting" })]);

  test("each chip counts what it shows", () => {
    assert.deepEqual(tally([waiting, talking, lapsed, done], NOW), { all: 4, waiting: 1, in_call: 1, late: 1, no_show: 2, done: 1 });
  });

  test("nobody waits in a visit that is over", () => {
    assert.equal(belongs(done, "waiting", NOW), false);
  });

  test("a visit is late a minute after its start without the provider, or its time is over", () => {
    assert.equal(isLate(row({ start: NOW - MINUTE + 1 }), NOW), false);
    assert.equal(isLate(row({ start: NOW - MINUTE }), NOW), true);
    assert.equal(isLate(talking, NOW + MINUTE), false);
    assert.equal(isLate(lapsed, NOW), true);
  });

  test("a patient who never came makes a visit late, and a no-show when its time is over; one who came and left does not", () => {
    const left = seat({ role: "patient", standing: "left", link: "none" });
    const alone = row({ status: "in_progress" }, [seat({ role: "provider" })]);
    assert.deepEqual([patientLateBy(alone, NOW + 4 * MINUTE), patientLateBy(alone, NOW + 6 * MINUTE)], [0, 6 * MINUTE]);
    assert.equal(belongs(alone, "late", NOW + 6 * MINUTE), true);
    assert.equal(patientLateBy(row({ status: "in_progress" }, [left]), NOW + 6 * MINUTE), 0);
    assert.deepEqual([isNoShow(lapsed), isNoShow(row({ status: "ended" }, [left])), isNoShow(row({ status: "cancelled" }))], [true, false, false]);
  });

  test("one provider's visits are told from the others', also where several see a patient together", () => {
    const both = row({ visit: "b", providers: ["Dr. Rivera", "Dr. Okafor"] });
    const one = row({ visit: "o", providers: ["Dr. Okafor"] });
    assert.deepEqual(providersOf([both, one, waiting]), ["Dr. Okafor", "Dr. Rivera"]);
    assert.deepEqual([both, one, waiting].map((each) => isOf(each, "Dr. Rivera")), [true, false, false]);
    assert.ok(isOf(waiting, ""));
  });

  test("the search finds every typed word anywhere in the row, accents and capitals aside", () => {
    const jose = row({ patient: "José Núñez", providers: ["Dr. Rivera"], option: "15-min Consultation" });
    assert.ok(matches(jose, "nunez riv"));
    assert.ok(matches(jose, "  15-MIN "));
    assert.ok(!matches(jose, "nunez okafor"));
  });

  test("next is the first that has not begun, the longest wait the oldest", () => {
    const rows = [row({ visit: "b", start: NOW + 20 }), row({ visit: "a", start: NOW + 10 }), row({ visit: "o", start: NOW + 5, status: "cancelled" })];
    assert.equal(next(rows, NOW)?.visit, "a");
    assert.equal(longestWait([waiting, talking, done]), NOW - 6 * MINUTE);
    assert.equal(longestWait([talking]), 0);
  });
});

describe("the state of a visit", () => {
  test("what is left is never less than is true, and nothing is left once the time is over", () => {
    const talking = row({ status: "in_progress", lapses_at: NOW + 30_000, warned: true });
    assert.deepEqual(stateOf(talking, NOW), { tone: "late", word: "In progress", time: "1 min left" });
    assert.deepEqual(stateOf(row({ status: "lapsed", lapses_at: NOW }), NOW), { tone: "late", word: "Time over", time: "since 2:30 PM" });
  });

  test("the row offers to extend in the last minutes and after them, and never when it is over (D2)", () => {
    assert.equal(asksToExtend(row({ status: "in_progress" })), false);
    assert.equal(asksToExtend(row({ status: "in_progress", warned: true })), true);
    assert.equal(asksToExtend(row({ status: "lapsed" })), true);
    assert.equal(asksToExtend(row({ status: "completed", warned: true })), false);
  });
});
