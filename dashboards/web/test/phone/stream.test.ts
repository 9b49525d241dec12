import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode, fromBase64, toBase64 } from "../../src/phone/mulaw.ts";
import { type Speaker, Stream } from "../../src/phone/stream.ts";

class Line implements Speaker {
  readonly readyState = 1;
  readonly said: Record<string, unknown>[] = [];
  readonly done: string[] = [];
  closed = 0;

  send(text: string): void {
    this.said.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(code = 0): void {
    this.closed = code;
  }

  play(samples: Float32Array): void {
    this.done.push(`play ${samples.length}`);
  }

  mark(name: string): void {
    this.done.push(`mark ${name}`);
  }

  clear(): void {
    this.done.push("clear");
  }
}

const TICKET = { call: "CA0123", ticket: "t" };

test("every byte of mu-law is itself again", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const again = encode(decode(bytes));
  // two bytes mean zero (ITU-T G.711); one of them is written
  assert.deepEqual([...again].filter((byte, at) => byte !== at && at !== 0x7f), []);
  assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
});

test("sound keeps its shape and is clipped, not folded", () => {
  const samples = Float32Array.from([0, 0.5, -0.5, 1, -1, 2, -2]);
  const heard = decode(encode(samples));
  [0, 0.5, -0.5, 1, -1, 1, -1].forEach((sample, at) => assert.ok(Math.abs((heard[at] ?? 9) - sample) < 0.03));
});

test("a call begins with its ticket, and numbers what it says", () => {
  const line = new Line();
  const stream = new Stream(line, line, TICKET);
  stream.speak(new Float32Array(160));
  stream.press("5");
  stream.reached("prompt-1");
  assert.deepEqual(
    line.said.map((one) => [one["event"], one["sequenceNumber"]]),
    [["connected", undefined], ["start", "1"], ["media", "2"], ["dtmf", "3"], ["mark", "4"]],
  );
  const start = line.said[1]?.["start"] as Record<string, unknown>;
  assert.equal(start["callSid"], "CA0123");
  assert.deepEqual(start["customParameters"], { ticket: "t" });
  const media = line.said[2]?.["media"] as Record<string, string>;
  assert.equal(fromBase64(media["payload"] ?? "").length, 160);
});

test("what is played is played in order, and thrown away when told", () => {
  const line = new Line();
  const stream = new Stream(line, line, TICKET);
  stream.heard(JSON.stringify({ event: "media", media: { payload: toBase64(new Uint8Array(8)) } }));
  stream.heard(JSON.stringify({ event: "mark", mark: { name: "a" } }));
  stream.heard(JSON.stringify({ event: "clear" }));
  stream.heard(JSON.stringify({ event: "something new" }));
  assert.deepEqual(line.done, ["play 8", "mark a", "clear"]);
});

test("hanging up says so before it closes", () => {
  const line = new Line();
  new Stream(line, line, TICKET).hangUp();
  assert.equal(line.said.at(-1)?.["event"], "stop");
  assert.equal(line.closed, 1000);
});
