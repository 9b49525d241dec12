/** REST calls against a server of which each test says the answers. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { call } from "../../src/wire/rest.ts";
import { Refused } from "../../src/wire/refusal.ts";

const LATER = { status: 503, body: { code: "try_later", message: "Later.", retry_after_ms: 5 } };
const DONE = { status: 200, body: { done: true } };

let answers: { status: number; body: unknown }[];
let asked: string[];
const real = globalThis.fetch;

beforeEach(() => {
  [answers, asked] = [[], []];
  globalThis.fetch = async (input, init) => {
    asked.push(`${init?.method} ${String(input)}`);
    const { status, body } = answers.shift() ?? assert.fail("asked too often");
    return new Response(JSON.stringify(body), { status });
  };
});

afterEach(() => {
  globalThis.fetch = real;
});

async function refusal(asking: Promise<unknown>): Promise<string> {
  return asking.then(
    () => assert.fail("it was not refused"),
    (error: unknown) => (error instanceof Refused ? error.code : assert.fail(String(error))),
  );
}

test("a clinic that moves just now is asked once more, after the time that it said", async () => {
  answers = [LATER, DONE];
  assert.deepEqual(await call("GET", "/visits"), { done: true });
  answers = [LATER, DONE];
  assert.deepEqual(await call("POST", "/visits", {}, "op"), { done: true });
  answers = [LATER, DONE];
  assert.deepEqual(await call("POST", "/links/look", {}), { done: true });
  const [look, plan] = ["POST /api/v1/links/look", "POST /api/v1/visits"];
  assert.deepEqual(asked, ["GET /api/v1/visits", "GET /api/v1/visits", plan, plan, look, look]);
});

test("and not for ever", async () => {
  answers = [LATER, LATER];
  assert.equal(await refusal(call("GET", "/visits")), "try_later");
  assert.equal(asked.length, 2);
});

test("what might then be done twice, what takes long and what is refused for good is not sent again", async () => {
  answers = [LATER];
  assert.equal(await refusal(call("POST", "/tickets", {})), "try_later");
  answers = [{ status: 503, body: { code: "try_later", message: "", retry_after_ms: 60_000 } }];
  assert.equal(await refusal(call("GET", "/visits")), "try_later");
  answers = [{ status: 403, body: { code: "not_allowed", message: "" } }];
  assert.equal(await refusal(call("GET", "/visits")), "not_allowed");
  assert.equal(asked.length, 3);
});
