import assert from "node:assert/strict";
import { test } from "node:test";
import { lettersOf, welcomeIn } from "../../src/clinic/account/welcome.ts";

test("a welcome link's token stands after the #", () => {
  assert.equal(welcomeIn({ pathname: "/welcome", hash: "#u1.abc" }), "u1.abc");
});

test("a mail program that spelled # as %23, once or twice, still opens the page", () => {
  assert.equal(welcomeIn({ pathname: "/welcome%23u1.abc", hash: "" }), "u1.abc");
  assert.equal(welcomeIn({ pathname: "/welcome%2523u1.abc", hash: "" }), "u1.abc");
});

test("without a token it is the page all the same, and says so; another page is none", () => {
  assert.equal(welcomeIn({ pathname: "/welcome", hash: "#" }), "");
  assert.equal(welcomeIn({ pathname: "/welcome/", hash: "" }), "");
  assert.equal(welcomeIn({ pathname: "/", hash: "#u1.abc" }), undefined);
  assert.equal(welcomeIn({ pathname: "/welcomed", hash: "" }), undefined);
});

test("a password's length is counted as people count", () => {
  assert.equal(lettersOf("contraseña👩"), 11);
});
