import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addressOf, nextOf, placeOf } from "../../src/clinic/address.ts";
import { addDays, dayOf, instantOf, isDay, timeOf } from "../../src/clinic/day.ts";
import { NOW, ZONE } from "./clinic-day.ts";

describe("days and times in the clinic's zone (D9)", () => {
  test("late in the evening it is still today there", () => {
    assert.equal(dayOf(Date.UTC(2025, 5, 3, 6, 59), ZONE), "2025-06-02");
    assert.equal(timeOf(NOW, ZONE), "14:30");
    assert.equal(instantOf("2025-06-02", "14:30", ZONE), NOW);
  });

  test("a time that occurs twice is the first, one that does not occur is none", () => {
    assert.equal(instantOf("2025-11-02", "01:30", ZONE), Date.UTC(2025, 10, 2, 8, 30));
    assert.equal(instantOf("2025-03-09", "02:30", ZONE), null);
  });

  test("days are counted over months and years, and only days that exist are days", () => {
    assert.equal(addDays("2024-12-31", 1), "2025-01-01");
    assert.equal(addDays("2024-03-01", -1), "2024-02-29");
    assert.ok(isDay("2024-02-29"));
    assert.ok(!isDay("2025-02-29"));
    assert.ok(!isDay("today"));
  });
});

describe("the address bar", () => {
  test("an address leads to the same place that made it", () => {
    for (const place of [
      { page: "room", visit: "", day: "" },
      { page: "room", visit: "0417-7h3kq2m9xw4c", day: "2025-06-02" },
      { page: "settings", visit: "", day: "" },
    ] as const) {
      assert.deepEqual(placeOf(new URL(addressOf(place), "http://clinic")), place);
    }
  });

  test("after signing in nobody is sent to another site", () => {
    assert.equal(nextOf("?next=/call?visit=1"), "/call?visit=1");
    for (const bad of ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", ""]) {
      assert.equal(nextOf(`?next=${encodeURIComponent(bad)}`), "");
    }
  });
});
