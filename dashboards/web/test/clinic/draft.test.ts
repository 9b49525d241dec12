import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Clinic } from "../../src/clinic/clinic.ts";
import { faultsOf, newDraft, visitOf } from "../../src/clinic/visit/draft.ts";
import { MINUTE, NOW, ZONE } from "./clinic-day.ts";

const clinic = {
  zone: ZONE,
  rooms: ["Main"],
  options: [{ name: "15-min Consultation", minutes: 15 }, { name: "30-min Consultation", minutes: 30 }],
} as unknown as Clinic;
const providers = [
  { id: "u1", name: "Dr. Okafor", role: "provider" },
  { id: "u2", name: "Dr. Rivera", role: "provider" },
] as const;

describe("the form for a new visit", () => {
  const empty = newDraft(clinic, providers, "u2", NOW);

  test("at first it is now, with the provider who fills it in, and the next quarter of an hour at hand", () => {
    assert.deepEqual([empty.isNow, empty.provider, empty.day, empty.time], [true, "u2", "2025-06-02", "14:45"]);
  });

  test("only a patient's name is needed", () => {
    assert.deepEqual(Object.keys(faultsOf(empty, ZONE, NOW)), ["patient"]);
    assert.deepEqual(faultsOf({ ...empty, patient: "Ana Lee" }, ZONE, NOW), {});
  });

  test("a time that has passed, is missing, or does not occur is said", () => {
    const later = { ...empty, patient: "Ana Lee", isNow: false };
    assert.ok(faultsOf({ ...later, time: "14:29" }, ZONE, NOW).start);
    assert.ok(faultsOf({ ...later, time: "" }, ZONE, NOW).start);
    assert.ok(faultsOf({ ...later, day: "2026-03-08", time: "02:30" }, ZONE, NOW).start);
    assert.deepEqual(faultsOf(later, ZONE, NOW), {});
  });

  test("what is sent is the option's length and the start in milliseconds", () => {
    const draft = { ...empty, patient: " Ana Lee ", option: "30-min Consultation", isNow: false };
    const { patient, minutes, start, providers: chosen } = visitOf(draft, clinic);
    assert.deepEqual([patient.name, minutes, start, chosen], ["Ana Lee", 30, NOW + 15 * MINUTE, ["u2"]]);
  });
});
