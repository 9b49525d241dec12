import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addressOf, placeOf } from "../../src/clinic/address.ts";
import type { Visit } from "../../src/clinic/clinic.ts";
import { instantsOf, weekOf } from "../../src/clinic/day.ts";
import { blockState } from "../../src/clinic/schedule/block.ts";
import { clashesOf, daysOf, instantsOfDays, isWithin, titleOf, visitsOf } from "../../src/clinic/schedule/shown.ts";
import { firstFree, moved, over, quarterOf, stepOf } from "../../src/clinic/schedule/slots.ts";
import { MINUTE, NOW, row, seat, ZONE } from "./clinic-day.ts";

const HOUR = 60 * MINUTE;

describe("times that clocks show twice or never", () => {
  test("set back, a time is two instants; set forward, none; else one", () => {
    assert.deepEqual(instantsOf("2025-11-02", "01:30", ZONE), [Date.UTC(2025, 10, 2, 8, 30), Date.UTC(2025, 10, 2, 9, 30)]);
    assert.deepEqual(instantsOf("2026-03-08", "02:30", ZONE), []);
    assert.deepEqual(instantsOf("2025-06-02", "14:30", ZONE), [NOW]);
  });

  test("the edges of both: the last minute before, the first after", () => {
    assert.equal(instantsOf("2026-03-08", "01:59", ZONE).length, 1);
    assert.equal(instantsOf("2026-03-08", "03:00", ZONE).length, 1);
    assert.equal(instantsOf("2025-11-02", "00:59", ZONE).length, 1);
    assert.equal(instantsOf("2025-11-02", "02:00", ZONE).length, 1);
  });

  test("a zone whose clocks change by half an hour", () => {
    assert.deepEqual(instantsOf("2025-10-05", "02:15", "Australia/Lord_Howe"), []);
    assert.equal(instantsOf("2025-04-06", "01:45", "Australia/Lord_Howe").length, 2);
  });
});

describe("the days that are shown", () => {
  test("a week begins on Sunday, also over the end of a month and of a year", () => {
    assert.equal(weekOf("2025-06-01", 0), "2025-06-01");
    assert.equal(weekOf("2025-06-07", 0), "2025-06-01");
    assert.equal(weekOf("2025-06-01", 1), "2025-05-26");
    assert.deepEqual(daysOf("2026-01-01", "week", 0), { first: "2025-12-28", end: "2026-01-04" });
    assert.deepEqual(daysOf("2026-01-01", "week", 1), { first: "2025-12-29", end: "2026-01-05" });
    assert.ok(isWithin("2026-01-03", daysOf("2026-01-01", "week", 0)));
    assert.ok(!isWithin("2026-01-04", daysOf("2026-01-01", "week", 0)));
  });

  test("their instants are midnights in the clinic's zone: a week with a change of clocks is an hour shorter", () => {
    const { start, end } = instantsOfDays(daysOf("2026-03-10", "week", 0), ZONE);
    assert.equal((end - start) / HOUR, 7 * 24 - 1);
  });

  test("they have a title, with both months where there are two", () => {
    assert.equal(titleOf(daysOf("2025-06-02", "week", 0), "week"), "Jun 1 – 7, 2025");
    assert.equal(titleOf(daysOf("2025-06-30", "week", 0), "week"), "Jun 29 – Jul 5, 2025");
    assert.equal(titleOf(daysOf("2025-06-02", "day", 0), "day"), "Mon, Jun 2, 2025");
  });

  test("the address of a schedule leads back to it", () => {
    for (const place of [
      { page: "schedule", visit: "", day: "" },
      { page: "schedule", visit: "0417-7h3kq2m9xw4c", day: "2025-06-02", view: "day" },
    ] as const) {
      assert.deepEqual(placeOf(new URL(addressOf(place), "http://clinic")), place);
    }
  });
});

describe("choosing a time with the keyboard", () => {
  const slot = { start: NOW, end: NOW + 15 * MINUTE };
  const after = (key: string, withShift = false, from = slot) => {
    const by = stepOf(key, withShift);
    return by && moved(from, by, ZONE, NOW);
  };

  test("arrows move it by a quarter of an hour, or by a day at the same time", () => {
    assert.equal(after("ArrowDown")?.start, NOW + 15 * MINUTE);
    assert.equal(after("ArrowRight")?.start, NOW + 24 * HOUR);
    assert.equal(after("PageDown")?.start, NOW + 7 * 24 * HOUR);
    assert.equal(after("a"), null);
  });

  test("over a change of clocks it keeps the time of day; a time that does not occur is an hour later", () => {
    const at = Date.UTC(2025, 10, 1, 21, 0);
    assert.equal(after("ArrowRight", false, { start: at, end: at + 15 * MINUTE })?.start, at + 25 * HOUR);
    const gap = Date.UTC(2026, 2, 7, 10, 30); // 2:30 AM, the day before 2:30 AM does not occur
    assert.equal(after("ArrowRight", false, { start: gap, end: gap + 15 * MINUTE })?.start, Date.UTC(2026, 2, 8, 10, 30));
  });

  test("with Shift it grows and shrinks, never below a quarter of an hour", () => {
    assert.equal(after("ArrowDown", true)?.end, NOW + 30 * MINUTE);
    assert.deepEqual(after("ArrowUp", true), slot);
  });

  test("it never goes into the past", () => {
    assert.deepEqual(after("ArrowUp"), slot);
    assert.deepEqual(after("ArrowLeft"), slot);
    assert.deepEqual(quarterOf(NOW + 14 * MINUTE), slot);
  });

  test("it begins at the next free quarter of an hour that is shown", () => {
    const busy = [{ start: NOW + 10 * MINUTE, end: NOW + 40 * MINUTE }];
    assert.equal(firstFree(busy, 0, NOW).start, NOW + 45 * MINUTE);
    assert.equal(firstFree(busy, NOW + 24 * HOUR, NOW).start, NOW + 24 * HOUR);
  });

  test("what lies over it is counted, what only touches it is not", () => {
    const visits = [
      { start: NOW - 15 * MINUTE, end: NOW },
      { start: NOW, end: NOW + 5 * MINUTE },
      { start: NOW + 15 * MINUTE, end: NOW + 30 * MINUTE },
    ];
    assert.equal(over(slot, visits), 1);
  });
});

describe("visits as blocks", () => {
  const visit = (facts: Partial<Visit>) =>
    ({ id: "v", status: "scheduled", start: NOW, end: NOW + 15 * MINUTE, zone: ZONE, patient: { name: "Ana Lee" }, providers: [{ id: "u1", name: "Dr. Okafor" }], ...facts }) as Visit;

  test("each says its state in a word and in a tone", () => {
    const said = (facts: Partial<Visit>, now = NOW) => Object.values(blockState(visit(facts), undefined, now));
    assert.deepEqual(said({}), ["Scheduled", "planned"]);
    assert.deepEqual(said({}, NOW + 2 * MINUTE), ["Late", "late"]);
    assert.deepEqual(said({ status: "in_progress" }), ["In progress", "live"]);
    assert.deepEqual(said({ status: "lapsed" }), ["Time over", "late"]);
    assert.deepEqual(said({ status: "completed" }), ["Completed", "over"]);
  });

  test("what the waiting room knows goes first: somebody who waits is seen here too", () => {
    const waiting = row({ status: "open" }, [seat({ role: "patient", standing: "waiting" })]);
    assert.deepEqual(Object.values(blockState(visit({}), waiting, NOW)), ["Waiting", "waiting"]);
  });

  test("a moved visit clashes with its providers' other visits that are not over, and with no one else's", () => {
    const moved = visit({});
    const others = [moved, visit({ id: "w" }), visit({ id: "x", status: "completed" }), visit({ id: "y", providers: [] })];
    assert.deepEqual(clashesOf(moved, moved, others).map(({ id }) => id), ["w"]);
    assert.deepEqual(clashesOf(moved, { start: moved.end, end: moved.end + MINUTE }, others), []);
  });

  test("the providers' chips choose whose are shown; cancelled ones when asked for", () => {
    const other = visit({ id: "w", providers: [{ id: "u2", name: "Dr. Rivera" }] });
    const all = [visit({}), other, visit({ id: "x", status: "cancelled" })];
    assert.deepEqual(visitsOf(all, new Set(), false).map(({ id }) => id), ["v", "w"]);
    assert.deepEqual(visitsOf(all, new Set(), true).map(({ id }) => id), ["v", "w", "x"]);
    assert.deepEqual(visitsOf(all, new Set(["u2"]), false).map(({ id }) => id), ["w"]);
  });
});
