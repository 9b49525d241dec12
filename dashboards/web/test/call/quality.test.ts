import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { between, Gauge, grade, LIMITS, Links, type Sample, sampleOf } from "../../src/call/quality.ts";

const at = (received: number, lost: number, rtt = 40, pair = "p", jitter = 0): Sample => ({ pair, received, lost, rtt, jitter });

test("a report's streams count together, and the round trip is the connection's in use", () => {
  const report = [
    { type: "inbound-rtp", kind: "audio", packetsReceived: 90, packetsLost: 10, jitter: 0.0124 },
    { type: "inbound-rtp", kind: "video", packetsReceived: 400, packetsLost: 0, jitter: 0.2 },
    { type: "outbound-rtp", packetsSent: 500 },
    { type: "candidate-pair", state: "succeeded", nominated: true, currentRoundTripTime: 0.0824 },
    { type: "candidate-pair", state: "succeeded", nominated: false, currentRoundTripTime: 3 },
  ];
  assert.deepEqual(sampleOf("p", report), at(490, 10, 82, "p", 12));
});

test("loss is that of the last interval, in thousandths", () => {
  assert.deepEqual(between(at(1000, 500), at(1095, 505)), { lost: 50, rtt: 40, jitter: 0 });
});

test("a first look, packets that came late after all, and too few packets are no loss", () => {
  assert.equal(between(undefined, at(1000, 500)).lost, 0);
  assert.equal(between(at(1000, 10), at(1100, 8)).lost, 0);
  assert.equal(between(at(1000, 0), at(1010, 2)).lost, 0);
});

test("the words begin where the server's do", () => {
  const python = readFileSync(new URL("../../../../engine/quality.py", import.meta.url), "utf8");
  for (const [name, { lost, rtt }] of Object.entries(LIMITS)) {
    assert.match(python, new RegExp(`_${name.toUpperCase()}: Final = \\(${lost}, ${rtt}\\)`));
  }
  assert.deepEqual([grade({ lost: 29, rtt: 299 }), grade({ lost: 30, rtt: 0 }), grade({ lost: 0, rtt: 600 })], ["good", "poor", "bad"]);
});

/** Play takes 2 s apart; each is what came and what was lost since the one before, by connection. */
function play(...steps: readonly Readonly<Record<string, readonly [received: number, lost: number]>>[]) {
  const gauge = new Gauge();
  const sums: Record<string, { received: number; lost: number }> = {};
  return steps.map((step, index) => {
    const samples = Object.entries(step).map(([pair, [received, lost]]) => {
      const before = (sums[pair] ??= { received: 0, lost: 0 });
      sums[pair] = { received: before.received + received, lost: before.lost + lost };
      return { pair, rtt: 40, jitter: 3, ...sums[pair] };
    });
    return gauge.take(samples, 1_000_000 + 2000 * index);
  });
}

const FINE = { a: [100, 0] } as const;
const WEAK = { a: [90, 10] } as const;

test("the visit is told the first measure, a change at once, and else every 10 s", () => {
  const told = play(FINE, FINE, FINE, FINE, WEAK, WEAK, WEAK, WEAK, WEAK, WEAK).map(({ tell }) => tell?.lost);
  assert.deepEqual(told, [undefined, 0, undefined, undefined, 100, undefined, undefined, undefined, undefined, 100]);
});

test("the provider reads the worst of several connections; to oneself it is weak only when all are", () => {
  const mixed = { a: [100, 0], b: [80, 20] } as const;
  const [, second, third, fourth] = play(mixed, mixed, mixed, mixed);
  assert.equal(second?.tell?.lost, 200);
  assert.deepEqual([second?.weak, third?.weak, fourth?.weak], [false, false, false]);
});

test("one bad moment says nothing; two say that it is weak, and four good ones that it is over", () => {
  assert.deepEqual(play(FINE, WEAK, FINE, WEAK, WEAK, FINE, FINE, FINE, FINE).map(({ weak }) => weak), [
    ...[false, false, false, false, true],
    ...[true, true, true, false],
  ]);
});

test("alone there is nothing to measure, and nothing to complain of", () => {
  const [, , weak, alone] = play(WEAK, WEAK, WEAK, {});
  assert.deepEqual([weak?.weak, alone], [true, { tell: undefined, weak: false }]);
});

test("a connection made anew begins anew", () => {
  const [, second, third] = play({ a: [100, 0] }, { b: [500, 400] }, { b: [100, 0] });
  assert.deepEqual([second?.tell, third?.tell?.lost], [undefined, 0]);
});

test("a new connection to the server is told anew", () => {
  const gauge = new Gauge();
  gauge.take([at(0, 0)], 0);
  assert.ok(gauge.take([at(100, 0)], 2000).tell);
  gauge.forget();
  assert.ok(gauge.take([at(200, 0)], 4000).tell);
});

test("connections that came about are reported once, and only when there are any", () => {
  const links = new Links();
  assert.equal(links.take(), undefined);
  links.made(840.4);
  links.failed();
  links.made(9_999_999);
  assert.deepEqual(links.take(), { setups: [840, 600_000], failed: 1 });
  assert.equal(links.take(), undefined);
});

test("however many there were, a report stays as small as the server takes it", () => {
  const links = new Links();
  for (let one = 0; one < 40; one++) {
    links.made(one);
    links.failed();
  }
  const report = links.take();
  assert.deepEqual([report?.setups.length, report?.failed], [16, 16]);
});
