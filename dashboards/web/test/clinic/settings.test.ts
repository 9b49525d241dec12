import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addressOf, placeOf } from "../../src/clinic/address.ts";
import { GRACE, inOrder, isEmail, isSameName, nameIn, OPENS, wholeIn } from "../../src/clinic/settings/figures.ts";
import { fitted } from "../../src/clinic/settings/logo.ts";
import { sectionOf, SECTIONS } from "../../src/clinic/settings/sections.ts";
import { faultsIn } from "../../src/clinic/settings/useForm.ts";
import { countries } from "../../src/clinic/settings/countries.ts";
import { zoneGroups } from "../../src/clinic/zones.ts";
import { beforeStart } from "../../src/ui/time.ts";
import { words } from "../../src/clinic/words.ts";
import { Refused } from "../../src/wire/index.ts";

describe("the settings' sections", () => {
  test("each has an address that leads back to it", () => {
    for (const section of SECTIONS) {
      const address = addressOf({ page: "settings", visit: "", day: "", section });
      assert.equal(placeOf({ pathname: address, search: "" }).section, section);
      assert.equal(sectionOf(section), section);
    }
  });

  test("each has a name and says what it is about", () => {
    for (const section of SECTIONS) assert.ok(words.settings.sections[section] && words.settings.about[section]);
  });

  test("an address of no section is the list's", () => {
    assert.equal(sectionOf(placeOf({ pathname: "/settings", search: "" }).section ?? ""), undefined);
    assert.equal(sectionOf("elsewhere"), undefined);
  });
});

describe("what is typed into a setting", () => {
  test("whole numbers in range, and nothing else", () => {
    assert.deepEqual([" 15 ", "5", "60"].map((text) => wholeIn(text, OPENS)), [15, 5, 60]);
    for (const text of ["", "4", "61", "-5", "5.5", "1e1", "٥", "999999999"]) assert.equal(wholeIn(text, OPENS), null, text);
    assert.equal(wholeIn("0", GRACE), 0);
  });

  test("a name is what remains without the space around it, up to 64 letters", () => {
    assert.equal(nameIn("  Room   1 "), "Room 1");
    assert.equal(nameIn("   "), "");
    assert.equal(nameIn("é".repeat(64)), "é".repeat(64));
    assert.equal(nameIn("a".repeat(65)), "");
  });

  test("two names that differ in capitals or in space around them are one", () => {
    assert.ok(isSameName("Room 1", " room 1"));
    assert.ok(!isSameName("Room 1", "Room 2"));
  });

  test("an address that cannot be one is told before it is sent", () => {
    assert.ok(isEmail(" ana@example.org "));
    for (const text of ["", "ana", "ana@example", "Ana <ana@example.org>", "a@example.org, b@example.org"]) assert.ok(!isEmail(text), text);
  });
});

describe("reminders", () => {
  test("are said in the unit that people use", () => {
    assert.deepEqual([15, 90, 60, 1440, 2880].map(beforeStart), [
      "15 minutes before",
      "90 minutes before",
      "1 hour before",
      "24 hours before",
      "2 days before",
    ]);
  });

  test("are kept once each, the earliest first", () => {
    assert.deepEqual(inOrder([15, 1440, 60, 15]), [1440, 60, 15]);
  });
});

describe("time zones and countries", () => {
  test("a zone is found by its continent and city, also one that only the server knows", () => {
    const groups = zoneGroups("Mars/Olympus_Mons");
    const cities = (continent: string) => groups.find((group) => group.continent === continent)?.zones ?? [];
    assert.ok(cities("America").some(({ zone, city }) => zone === "America/Los_Angeles" && city === "Los Angeles"));
    assert.deepEqual(cities("Mars"), [{ zone: "Mars/Olympus_Mons", city: "Olympus Mons" }]);
    assert.ok(cities("").some(({ zone }) => zone === "UTC"));
  });

  test("countries have names, and are listed by them", () => {
    const all = countries("US");
    assert.equal(all.find(({ code }) => code === "US")?.name, "United States");
    assert.ok(all.every(({ code, name }) => name && name !== code));
    assert.equal(new Set(all.map(({ code }) => code)).size, all.length);
  });
});

test("a logo is drawn smaller to fit, never larger", () => {
  assert.deepEqual(fitted(960, 144), { width: 480, height: 72 });
  assert.deepEqual(fitted(3000, 3000), { width: 144, height: 144 });
  assert.deepEqual(fitted(40, 20), { width: 40, height: 20 });
});

test("a refusal stands beside the field that it is about, else above the form", () => {
  const about = new Refused("bad_request", "Something is missing or wrong.", { fields: { email: "Somebody has this address." } });
  assert.deepEqual(faultsIn(about, ["name", "email"]), { fields: { email: "Somebody has this address." }, refused: "" });
  assert.deepEqual(faultsIn(new Refused("busy", "Please wait."), ["name"]), { fields: {}, refused: "Please wait." });
});
