import assert from "node:assert/strict";
import { test } from "node:test";
import { isPersons } from "../../src/visit/opened.ts";

const button = { localName: "button" };

test("a press, a key, and the focus on a control are a person's", () => {
  for (const type of ["pointerdown", "keydown", "click", "focusin"]) assert.ok(isPersons({ type, isTrusted: true, target: button }), type);
});

test("what a script makes up is nobody's", () => {
  for (const type of ["pointerdown", "keydown", "click", "focusin"]) assert.ok(!isPersons({ type, isTrusted: false, target: button }), type);
});

test("the heading that the page itself gives the focus to is nobody's", () => {
  assert.ok(!isPersons({ type: "focusin", isTrusted: true, target: { localName: "h1" } }));
  assert.ok(!isPersons({ type: "focusin", isTrusted: true, target: null }));
});
