import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, type Inviter, type Recipient, recipients, Sending } from "../../src/visit/inviting.ts";
import { Refused } from "../../src/wire/refusal.ts";

/** A clinic that notes what it is asked, and refuses what it is told to. */
function clinic(refuse: Readonly<Record<string, string>> = {}) {
  const asked: (readonly [address: string, op: string])[] = [];
  const left = { ...refuse };
  const inviter: Inviter = {
    panel: () => Promise.reject(new Refused("invites_off")),
    send: async (recipient, op) => {
      const address = addressOf(recipient);
      asked.push([address, op]);
      const code = left[address];
      if (code === "no_answer") delete left[address]; // lost once
      if (code) throw new Refused(code, code);
    },
  };
  return { asked, sending: new Sending(inviter) };
}

const ANN: Recipient = { email: "ann@example.org" };
const BOB: Recipient = { phone: "+14155550123" };
const EVE: Recipient = { email: "eve@example.org" };

test("every address and number is one invitation, with what was said about them", () => {
  assert.deepEqual(recipients(["ann@example.org"], ["+14155550123"], { label: "Daughter" }), [
    { email: "ann@example.org", label: "Daughter" },
    { phone: "+14155550123", label: "Daughter" },
  ]);
});

test("one that is refused does not keep the others from being invited", async () => {
  const { sending } = clinic({ "+14155550123": "phone_not_served" });
  const { sent, faults, stopped } = await sending.send([ANN, BOB, EVE]);
  assert.deepEqual(sent, [ANN, EVE]);
  assert.deepEqual(faults.map(([address, { code }]) => [address, code]), [["+14155550123", "phone_not_served"]]);
  assert.equal(stopped, undefined);
});

test("what would be refused for all is asked once", async () => {
  const { asked, sending } = clinic({ "ann@example.org": "invites_off" });
  const { sent, stopped } = await sending.send([ANN, BOB, EVE]);
  assert.deepEqual([sent, stopped?.code, asked.length], [[], "invites_off", 1]);
});

test("pressed again after a lost answer, the same invitation has the same op; asked for anew, another", async () => {
  const { asked, sending } = clinic({ "ann@example.org": "no_answer" });
  assert.equal((await sending.send([ANN])).stopped?.code, "no_answer");
  await sending.send([ANN]);
  await sending.send([ANN]);
  const [lost, again, anew] = asked.map(([, op]) => op);
  assert.equal(lost, again);
  assert.notEqual(again, anew);
});
