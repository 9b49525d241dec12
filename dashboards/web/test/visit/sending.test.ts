import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { words } from "../../src/ui/words.ts";
import { Sending } from "../../src/visit/inviting.ts";
import { beforehand, draftAfter, guestsOf, NO_DRAFT, NOTHING_SAID, saidOf } from "../../src/visit/sending.ts";
import { Refused, UNREACHABLE } from "../../src/wire/index.ts";

const draft = { ...NO_DRAFT, emails: ["ana@example.org", "ben@example.org"], phones: ["+14155550123"] };

/** A server that refuses whom `refusals` names; it remembers every request with its key. */
function server(refusals: Readonly<Record<string, Refused>> = {}) {
  const asked: [who: string, op: string][] = [];
  const send = async ({ email, phone }: { readonly email?: string; readonly phone?: string }, op: string) => {
    const who = email ?? phone ?? "";
    asked.push([who, op]);
    if (refusals[who]) throw refusals[who];
  };
  return { asked, sending: new Sending({ send, panel: () => Promise.reject(new Error("not asked for")) }) };
}

describe("sending invitations", () => {
  test("each person is invited on their own, with a key of their own", async () => {
    const { asked, sending } = server();
    const guests = guestsOf({ ...draft, label: " Family ", interpreter: true });
    assert.deepEqual(guests.map(({ label, interpreter }) => [label, interpreter]), Array(3).fill(["Family", true]));
    const outcome = await sending.send(guests);
    assert.equal(new Set(asked.map(([, op]) => op)).size, 3);
    assert.deepEqual(draftAfter(draft, outcome), NO_DRAFT);
    assert.equal(saidOf(guests, outcome), NOTHING_SAID);
  });

  test("an address and a number are one person only if somebody says so", () => {
    const two = { ...NO_DRAFT, emails: ["ana@example.org"], phones: ["+14155550123"] };
    assert.equal(guestsOf(two).length, 2);
    assert.deepEqual(guestsOf({ ...two, together: true }), [{ email: "ana@example.org", phone: "+14155550123" }]);
    assert.equal(guestsOf({ ...draft, together: true }).length, 3);
  });

  test("of several, exactly those who were not invited are named, each with why, and stay in the form", async () => {
    const { sending } = server({ "ben@example.org": new Refused("bad_address", "Please check this e-mail address.") });
    const guests = guestsOf(draft);
    const outcome = await sending.send(guests);
    const after = draftAfter(draft, outcome);
    assert.deepEqual([after.emails, after.phones], [["ben@example.org"], []]);
    const said = saidOf(guests, outcome);
    assert.deepEqual(said.faults, { "ben@example.org": "Not sent to ben@example.org. Please check this e-mail address." });
    assert.match(said.wrong, /^Sent to 2 of 3/);
  });

  test("over REST what is wrong stands with its field, and keeps nobody else waiting either", async () => {
    const fields = { email: "Please check this e-mail address." };
    const { asked, sending } = server({ "ana@example.org": new Refused("bad_request", "Something is wrong.", { fields }) });
    const guests = guestsOf(draft);
    const outcome = await sending.send(guests);
    assert.equal(asked.length, 3);
    assert.deepEqual(saidOf(guests, outcome).faults, { "ana@example.org": "Not sent to ana@example.org. Please check this e-mail address." });
  });

  test("a refusal that holds for all says who was not tried", async () => {
    const { sending } = server({ "ben@example.org": new Refused("too_many_messages", "That's enough for now.") });
    const guests = guestsOf(draft);
    const outcome = await sending.send(guests);
    assert.deepEqual(draftAfter(draft, outcome).emails, ["ben@example.org"]);
    assert.deepEqual(draftAfter(draft, outcome).phones, ["+14155550123"]);
    assert.match(saidOf(guests, outcome).wrong, /Not sent to ben@example.org and \+14155550123. That's enough for now./);
  });

  test("who may have been invited already is asked for with the same key again", async () => {
    const down = { "ana@example.org": new Refused(UNREACHABLE) };
    const { asked, sending } = server(down);
    const guests = guestsOf({ ...NO_DRAFT, emails: ["ana@example.org"] });
    assert.equal(saidOf(guests, await sending.send(guests)).wrong, words.sending.noAnswer);
    await sending.send(guests);
    assert.equal(new Set(asked.map(([, op]) => op)).size, 1);
  });

  test("nothing is sent while something is wrong, and what was typed meanwhile stays", () => {
    assert.equal(beforehand(NO_DRAFT)?.missing, true);
    assert.equal(beforehand({ ...draft, emails: ["ana@"] })?.wrong, words.sending.mend);
    assert.equal(beforehand(draft), null);
    const after = draftAfter({ ...draft, emails: ["cleo@example.org"] }, { sent: guestsOf(draft), faults: [], stopped: undefined });
    assert.deepEqual([after.emails, after.phones], [["cleo@example.org"], []]);
  });
});
