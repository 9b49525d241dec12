import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { lifeOf, standingOf } from "../../src/clinic/details/life.ts";
import { reasonText, stateText, words } from "../../src/visit/letters.ts";
import type { InvitationInfo, LetterInfo } from "../../src/wire/index.ts";
import { MINUTE, NOW, row, seat } from "./clinic-day.ts";

const invitation = (facts: Partial<InvitationInfo>): InvitationInfo => ({
  invitation: "i",
  label: "Daughter",
  state: "made",
  created_at: NOW,
  changed_at: NOW,
  ...facts,
});
const letter = (facts: Partial<LetterInfo>): LetterInfo => ({ via: "email", kind: "invitation", progress: "queued", at: NOW, ...facts });
const told = (info: InvitationInfo, where = row({})): string[] => lifeOf(info, where, NOW + 10 * MINUTE).map(({ text }) => text);

describe("an invitation's life", () => {
  test("one that is only handed over was made, and no more is claimed", () => {
    assert.deepEqual(told(invitation({})), ["Made"]);
    assert.equal(stateText(standingOf(invitation({}), row({}))), "Not sent");
  });

  test("each way has a line of its own, with its own time", () => {
    const letters = [
      letter({ via: "email", progress: "sent", at: NOW + 2 }),
      letter({ via: "sms", progress: "failed", reason: "opted_out", at: NOW + 1 }),
    ];
    const steps = lifeOf(invitation({ state: "sent", letters }), row({}), NOW);
    assert.deepEqual(
      steps.map(({ text, via, at }) => [text, via, at - NOW]),
      [["Made", "", 0], ["Text message: failed", "sms", 1], ["E-mail: sent", "email", 2]],
    );
    assert.match(steps[1]?.why ?? "", /asked for no more messages/);
    assert.equal(steps[2]?.why, "");
  });

  test("what is on its way says how often it was tried, and why again", () => {
    const letters = [letter({ attempt: 2, reason: "mail_busy" })];
    const [, step] = lifeOf(invitation({ letters }), row({}), NOW);
    assert.equal(step?.text, "E-mail: tried 2 times, is tried again");
    assert.match(step?.why ?? "", /busy/);
    assert.deepEqual(told(invitation({ letters: [letter({ progress: "sending", attempt: 2 })] })), ["Made", "E-mail: being sent, try 2"]);
  });

  test("one that may have arrived is not called failed", () => {
    const [, step] = lifeOf(invitation({ letters: [letter({ progress: "failed", reason: "unknown" })] }), row({}), NOW);
    assert.deepEqual([step?.text, step?.why], ["E-mail: not certain", "We can't tell whether it arrived. Ask, or send again."]);
  });

  test("from sent to the call: every step in its order, the last from where its person is now", () => {
    const sent = letter({ progress: "sent", at: NOW + 1 });
    const info = invitation({ state: "opened", opened_at: NOW + 2, letters: [sent], seats: ["s"] });
    const here = row({}, [seat({ invitation: "i", since: NOW + 3 })]);
    assert.deepEqual(told(info, here), ["Made", "E-mail: sent", "Opened the page", "In the call"]);
    assert.equal(standingOf(info, here), "in"); // the board knows it before the details say so
  });

  test("who joins with the first thing they do has opened the page before, not after", () => {
    const info = invitation({ state: "in", opened_at: NOW + 9, seats: ["s"] });
    assert.deepEqual(told(info, row({}, [seat({ invitation: "i", since: NOW + 8 })])), ["Made", "Opened the page", "In the call"]);
  });

  test("a lost connection counts, as everywhere; a reminder after it stands after it", () => {
    const info = invitation({ state: "lost", letters: [letter({ kind: "reminder", progress: "sent", at: NOW + MINUTE })] });
    const here = row({}, [seat({ invitation: "i", since: NOW, link: "lost", lost_since: NOW + 10 * MINUTE - 12_000 })]);
    assert.deepEqual(told(info, here), ["Made", "In the call", "Reminder by e-mail: sent", "Connection lost (12 s)"]);
    assert.equal(standingOf(info, here), "lost");
  });

  test("revoked and expired are its end, even while its person is still inside", () => {
    const here = row({}, [seat({ invitation: "i", since: NOW })]);
    assert.equal(standingOf(invitation({ state: "revoked" }), here), "revoked");
    assert.equal(told(invitation({ state: "revoked", changed_at: NOW + 5 }), here).at(-1), "Revoked");
    assert.equal(told(invitation({ state: "expired" })).at(-1), "Expired: the visit's time is over");
  });

  test("a state or a reason that this page does not know yet is said all the same", () => {
    assert.equal(stateText("bounced"), "bounced");
    assert.equal(reasonText("something_new"), words.life.someReason);
    assert.equal(reasonText(""), "");
  });
});
