import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Clinic, Visit } from "../../src/clinic/clinic.ts";
import {
  changesOf,
  draftOf,
  type Draft,
  faultAt,
  faultsOf,
  newDraft,
  plannedOf,
  reminderOf,
  startOf,
  startsOf,
  withReminder,
} from "../../src/clinic/schedule/form/draft.ts";
import { factsOf } from "../../src/clinic/schedule/form/facts.ts";
import { toldSentence } from "../../src/clinic/visit/told.ts";
import { MINUTE, NOW, ZONE } from "./clinic-day.ts";

const clinic = {
  zone: ZONE,
  rooms: ["Main", "Second"],
  reminders: [1440, 60],
  languages: ["en", "es"],
  options: [
    { name: "15-min Consultation", minutes: 15 },
    { name: "30-min Consultation", minutes: 30 },
  ],
} as unknown as Clinic;
const providers = [
  { id: "u1", name: "Dr. Okafor", role: "provider" },
  { id: "u2", name: "Dr. Rivera", role: "provider" },
] as const;

const empty = newDraft(clinic, providers, "u2", NOW);
const filled: Draft = { ...empty, patient: "Ana Lee" };
const at = (day: string, time: string): Draft => ({ ...filled, isNow: false, day, time });

describe("the form for a visit", () => {
  test("at first it is now, with who fills it in, the clinic's reminders, and the next quarter of an hour at hand", () => {
    const { isNow, providers: chosen, day, time, reminders, language } = empty;
    assert.deepEqual([isNow, chosen, day, time], [true, ["u2"], "2025-06-02", "14:45"]);
    assert.deepEqual([reminders, language], [[1440, 60], "en"]);
  });

  test("a time that was dragged stands in it, with the option that takes as long, or a length of its own", () => {
    const start = NOW + 60 * MINUTE;
    const half = newDraft(clinic, providers, "", NOW, { start, end: start + 30 * MINUTE });
    assert.deepEqual([half.isNow, half.day, half.time, half.option], [false, "2025-06-02", "15:30", "30-min Consultation"]);
    const long = newDraft(clinic, providers, "", NOW, { start, end: start + 45 * MINUTE });
    assert.deepEqual([long.option, plannedOf(long, clinic).minutes], ["", 45]);
  });

  test("a slot that has begun is now", () => {
    assert.ok(newDraft(clinic, providers, "", NOW, { start: NOW - MINUTE, end: NOW + 14 * MINUTE }).isNow);
  });

  test("who is no provider has to choose one", () => {
    assert.deepEqual(Object.keys(faultsOf(newDraft(clinic, providers, "u9", NOW), clinic, NOW)), ["patient.name", "providers"]);
  });

  test("a patient's name is enough; what is typed of a contact has to be whole", () => {
    assert.deepEqual(Object.keys(faultsOf(empty, clinic, NOW)), ["patient.name"]);
    assert.deepEqual(faultsOf(filled, clinic, NOW), {});
    const wrong = { ...filled, email: "ana@", phone: "12" };
    assert.deepEqual(Object.keys(faultsOf(wrong, clinic, NOW)), ["patient.email", "patient.phone"]);
  });

  test("a time that has passed, is missing, or does not occur is said at the time", () => {
    for (const draft of [at("2025-06-02", "14:29"), at("2025-06-02", ""), at("", "10:00"), at("2026-03-08", "02:30")]) {
      assert.deepEqual(Object.keys(faultsOf(draft, clinic, NOW)), ["start"]);
    }
    assert.deepEqual(faultsOf(at("2025-06-02", "14:45"), clinic, NOW), {});
  });

  test("an edited visit may stay where it is, in the past too", () => {
    const past = at("2025-06-02", "14:00");
    assert.deepEqual(faultsOf(past, clinic, NOW, NOW - 30 * MINUTE), {});
  });

  test("a time that occurs twice is the first one until somebody says the second", () => {
    const twice = at("2025-11-02", "01:30");
    assert.deepEqual(startsOf(twice), [Date.UTC(2025, 10, 2, 8, 30), Date.UTC(2025, 10, 2, 9, 30)]);
    assert.equal(startOf(twice), Date.UTC(2025, 10, 2, 8, 30));
    const second = { ...twice, isSecond: true };
    assert.equal(startOf(second), Date.UTC(2025, 10, 2, 9, 30));
    assert.deepEqual(plannedOf(second, clinic).start, { local: "2025-11-02T01:30", zone: ZONE, fold: 1 });
  });

  test("the same clock time in another zone is another instant", () => {
    const there = { ...at("2025-06-02", "17:45"), zone: "America/New_York" };
    assert.equal(startOf(there), NOW + 15 * MINUTE);
  });

  test("lengths of one's own are whole minutes of at most a day", () => {
    for (const minutes of ["", "0", "-5", "1.5", "1441", "ten"]) {
      assert.deepEqual(Object.keys(faultsOf({ ...filled, option: "", minutes }, clinic, NOW)), ["minutes"]);
    }
    assert.deepEqual(faultsOf({ ...filled, option: "", minutes: "1440" }, clinic, NOW), {});
  });

  test("what is sent is trimmed, with guests in the order of the fields and only what was said of them", () => {
    const draft: Draft = {
      ...filled,
      patient: " Ana Lee ",
      email: " ana@example.org ",
      providers: ["u2", "", "u1", "u2"],
      guestEmails: ["mia@example.org"],
      guestPhones: ["+1 415 555 0123"],
      notes: { "mia@example.org": { label: " Daughter ", interpreter: false }, "+1 415 555 0123": { label: "", interpreter: true } },
    };
    const sent = plannedOf(draft, clinic);
    assert.deepEqual(sent.patient, { name: "Ana Lee", email: "ana@example.org", phone: "" });
    assert.deepEqual(sent.providers, ["u2", "u1"]);
    assert.deepEqual(sent.guests, [{ email: "mia@example.org", label: "Daughter" }, { phone: "+1 415 555 0123", interpreter: true }]);
    assert.deepEqual([sent.start, sent.minutes], ["now", 15]);
  });

  test("a guest's fault stands under the name that the server has for it, and more than ten are refused", () => {
    const wrong = { ...filled, guestEmails: ["mia@example.org", "tom"], guestPhones: ["12"] };
    assert.deepEqual(Object.keys(faultsOf(wrong, clinic, NOW)), ["guests.1.email", "guests.2.phone"]);
    const many = Array.from({ length: 11 }, (_, n) => `guest${n}@example.org`);
    assert.deepEqual(Object.keys(faultsOf({ ...filled, guestEmails: many }, clinic, NOW)), ["guests"]);
  });

  test("the server's words are found at the field, however deep it names it", () => {
    assert.equal(faultAt({ "start.local": "Not then." }, "start"), "Not then.");
    assert.equal(faultAt({ starting: "x" }, "start"), undefined);
  });

  test("reminders are sorted, each once, at most five; one's own is a whole number of at most four weeks", () => {
    assert.deepEqual(withReminder([60, 15], 1440), [1440, 60, 15]);
    assert.deepEqual(withReminder([60], 60), [60]);
    assert.equal(withReminder([5, 4, 3, 2, 1], 6).length, 5);
    assert.deepEqual([reminderOf("2", "hours"), reminderOf("0", "hours"), reminderOf("1.5", "days"), reminderOf("29", "days")], [120, null, null, null]);
  });
});

describe("a visit that is edited", () => {
  const visit = {
    id: "v",
    status: "scheduled",
    name: "",
    type: "video",
    room: "Main",
    option: "30-min Consultation",
    start: NOW + 60 * MINUTE,
    end: NOW + 90 * MINUTE,
    zone: ZONE,
    patient: { name: "Ana Lee", email: "ana@example.org" },
    providers: [{ id: "u1", name: "Dr. Okafor" }],
    reminders: [60],
    language: "es",
  } as Visit;
  const before = draftOf(visit, clinic);

  test("stands in the form as it is", () => {
    assert.deepEqual(plannedOf(before, clinic).patient, { ...visit.patient, phone: "" });
    assert.deepEqual([startOf(before), before.option, before.language], [visit.start, "30-min Consultation", "es"]);
    assert.deepEqual(changesOf(before, before, clinic), {});
  });

  test("sends only what is other than it was; its times go another way", () => {
    const after = { ...before, room: "Second", time: "16:00", phone: "+14155550123" };
    assert.deepEqual(changesOf(before, after, clinic), {
      room: "Second",
      patient: { name: "Ana Lee", email: "ana@example.org", phone: "+14155550123" },
    });
  });

  test("an extended visit keeps its length and does not fall back to its option's", () => {
    assert.deepEqual([draftOf({ ...visit, end: visit.end + 5 * MINUTE }, clinic).option], [""]);
  });
});

describe("the confirmation", () => {
  const times = { start: NOW, end: NOW + 15 * MINUTE, now: Date.UTC(2022, 3, 9, 1, 47) };
  const facts = (draft: Draft) => Object.fromEntries(factsOf(draft, clinic, providers, times).map(({ name, lines }) => [name, lines]));

  test("says every field, and Now with its time and zone (R6)", () => {
    const said = facts({ ...filled, name: "Follow-up", guestEmails: ["mia@example.org"], notes: { "mia@example.org": { label: "Daughter", interpreter: true } } });
    assert.deepEqual(said["Time"], ["Now (Fri, Apr 08, 2022 06:47 PM (PDT))"]);
    assert.deepEqual(said["Other guest"], ["mia@example.org · Daughter · Interpreter"]);
    assert.deepEqual(
      [said["Visit Name"], said["Visit Type"], said["Room"], said["Visit Option"], said["Patient"], said["Provider"]],
      [["Follow-up"], ["Video"], ["Main"], ["15-min Consultation"], ["Ana Lee"], ["Dr. Rivera"]],
    );
  });

  test("another zone's time is said with the clinic's", () => {
    const said = facts({ ...at("2025-06-02", "17:45"), zone: "America/New_York" });
    assert.deepEqual(said["Time"], ["Mon, Jun 02, 2025 05:45 PM (EDT)", "At the clinic that is Mon, Jun 02, 2025 02:45 PM (PDT)."]);
  });
});

describe("who is told", () => {
  const guest = { state: "unused", email: "m…@example.org", phone: "" };

  test("the patient by each way there is, and guests who can be reached and are still invited", () => {
    const told = toldSentence({ name: "Ana Lee", email: "a@example.org", phone: "+1" }, [guest, { ...guest, state: "revoked" }, { ...guest, email: "" }]);
    assert.equal(told, "Ana Lee (e-mail and text message) and 1 invited guest are told.");
    assert.equal(toldSentence({ name: "Ana Lee", email: "a@example.org" }, []), "Ana Lee (e-mail) is told.");
  });

  test("where nobody can be reached, the clinic has to", () => {
    assert.match(toldSentence({ name: "Ana Lee" }, []), /let them know yourself/);
  });
});
