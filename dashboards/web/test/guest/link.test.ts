import assert from "node:assert/strict";
import { test } from "node:test";
import { tokenIn } from "../../src/guest/link.ts";

test("the token stands after the #", () => {
  assert.deepEqual(tokenIn("/j", "#v.shared.abc"), { token: "v.shared.abc", spelled: false });
  assert.deepEqual(tokenIn("/v", "#v.patient.abc"), { token: "v.patient.abc", spelled: false });
});

test("a mail program that spelled # as %23, once or twice, still opens the page, and is noticed", () => {
  assert.deepEqual(tokenIn("/j%23v.shared.abc", ""), { token: "v.shared.abc", spelled: true });
  assert.deepEqual(tokenIn("/v%2523v.patient.abc", ""), { token: "v.patient.abc", spelled: true });
});

test("an address without a token has none", () => {
  assert.equal(tokenIn("/j", ""), undefined);
  assert.equal(tokenIn("/j", "#"), undefined);
  assert.equal(tokenIn("/call", ""), undefined);
});

test("a token that is no good percent-encoding is taken as it is", () => {
  assert.deepEqual(tokenIn("/j", "#v.shared.%zz"), { token: "v.shared.%zz", spelled: false });
});
