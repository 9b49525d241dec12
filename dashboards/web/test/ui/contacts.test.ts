import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { contactsIn, faultOf, faultsOf, isSeparated, merged } from "../../src/ui/contacts.ts";

describe("several contacts in one field", () => {
  test("a semicolon, a comma or a new line parts them; nothing else is needed around them", () => {
    assert.deepEqual(contactsIn("email", " ana@example.org ;ben@example.org,\ncleo@example.org;; "), [
      "ana@example.org",
      "ben@example.org",
      "cleo@example.org",
    ]);
    assert.deepEqual(contactsIn("phone", "+1 415 555 0123; (628) 555-0199"), ["+1 415 555 0123", "(628) 555-0199"]);
    assert.equal(isSeparated("ana@example.org"), false);
    assert.equal(isSeparated("ana@example.org;"), true);
  });

  test("addresses with only spaces between them are several, a phone number with spaces is one", () => {
    assert.deepEqual(contactsIn("email", "ana@example.org  ben@example.org"), ["ana@example.org", "ben@example.org"]);
    assert.deepEqual(contactsIn("phone", "+44 20 7946 0958"), ["+44 20 7946 0958"]);
  });

  test("what mail programs and address books put around an address is taken off", () => {
    assert.deepEqual(contactsIn("email", "Ana Lee <ana@Example.ORG>; mailto:ben@example.org"), ["ana@example.org", "ben@example.org"]);
    assert.deepEqual(contactsIn("phone", "tel:+14155550123; 415\u2011555\u20130123"), ["+14155550123", "415-555-0123"]);
  });

  test("one person written twice is one, whatever the capitals and dashes; the first spelling stays", () => {
    assert.deepEqual(merged("email", ["Ana@example.org", "ana@example.org", "ben@example.org"]), ["Ana@example.org", "ben@example.org"]);
    assert.deepEqual(merged("phone", ["+1 415-555-0123", "+14155550123", "415 555 0123"]), ["+1 415-555-0123", "415 555 0123"]);
  });

  test("a list of 10,000 is looked at only as far as a field can need", () => {
    const list = Array.from({ length: 10_000 }, (_, index) => `person${index}@example.org`).join(";");
    assert.ok(contactsIn("email", list).length < 1_000);
  });
});

describe("what is wrong with a contact", () => {
  const fine = ["ana@example.org", "ana.lee+visit@mail.example.co.uk", "o'hara@example.org", "jürgen@bücher.example"];
  const wrong = ["ana", "ana@", "@example.org", "ana@example", "ana@@example.org", "a b@example.org", ".ana@example.org", "ana@-x.org"];
  for (const value of fine) test(`nothing with ${value}`, () => assert.equal(faultOf("email", value), ""));
  for (const value of wrong) test(`${value} is not a whole address, and is named`, () => assert.ok(faultOf("email", value).includes(`“${value}”`)));

  test("a phone number may be written in any usual way, with the country or without", () => {
    for (const value of ["+14155550123", "(415) 555-0123", "415.555.0123", "020 7946 0958", "+34 911 23 45 67"]) {
      assert.equal(faultOf("phone", value), "");
    }
  });

  test("too few digits ask for the area code; letters and too many digits are no phone number", () => {
    assert.match(faultOf("phone", "55501"), /too few digits/);
    for (const value of ["ana@example.org", "+1 415 555 0123 x12", "+1234567890123456", "++14155550123"]) {
      assert.match(faultOf("phone", value), /is not a phone number/);
    }
  });

  test("of several only those with something wrong are named", () => {
    assert.deepEqual(Object.keys(faultsOf("email", ["ana@example.org", "ben"])), ["ben"]);
  });
});
