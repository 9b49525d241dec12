import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { figure, share } from "../../src/clinic/operations/figures.ts";
import { byMinute, type NodePast, type Operations, Past } from "../../src/clinic/operations/past.ts";

const EVERY = 5_000;
const NOON = 1_700_000_000_000;

/** What one node tells: its joins a minute and its presence lag at each instant. */
function node(name: string, at: readonly number[], joined: number, lag: number | null = null, answers = true): NodePast {
  const each = <Value>(value: Value): Value[] => at.map(() => value);
  return {
    node: name,
    answers,
    version: "1.0",
    draining: false,
    lease_age_ms: 200,
    shards: 512,
    visits: {},
    seats: 0,
    letters: 0,
    at,
    series: { joined: each(joined), presence_p99: each(lag) },
  };
}

function told(now: number, ...nodes: NodePast[]): Operations {
  return { now, every_ms: EVERY, nodes, levels: [], alerts: [] };
}

describe("the last hour of all nodes", () => {
  const instants = [NOON, NOON + EVERY, NOON + 2 * EVERY];

  test("what nodes do together is a sum, what the worst does a maximum", () => {
    const past = new Past();
    past.add(told(NOON + 2 * EVERY, node("a", instants, 2, 0.1), node("b", instants, 3, 0.4)));
    const shown = past.instants(15 * 60_000);
    assert.deepEqual(shown, instants);
    assert.deepEqual(past.together("joined", "sum", shown), [5, 5, 5]);
    assert.deepEqual(past.together("presence_p99", "worst", shown), [0.4, 0.4, 0.4]);
    assert.deepEqual(past.of("a", "joined", shown), [2, 2, 2]);
    assert.equal(past.newest("b", "joined"), 3);
  });

  test("nothing measured anywhere is a gap, not a nought", () => {
    const past = new Past();
    past.add(told(NOON, node("a", [NOON], 2), node("b", [NOON], 3)));
    assert.deepEqual(past.together("presence_p99", "worst", [NOON]), [null]);
    assert.deepEqual(past.together("save_p99", "worst", [NOON]), [null]);
  });

  test("an instant is shown once every node that answers has told of it", () => {
    const past = new Past();
    past.add(told(NOON + EVERY, node("a", [NOON, NOON + EVERY], 2), node("b", [NOON], 3)));
    assert.deepEqual(past.instants(60_000), [NOON]);
    assert.equal(past.since, NOON);
    past.add(told(NOON + 2 * EVERY, node("a", [NOON + 2 * EVERY], 2), node("b", [NOON + EVERY, NOON + 2 * EVERY], 3)));
    assert.deepEqual(past.instants(60_000), instants);
  });

  test("a node that is silent is not waited for, and what it told stays for an hour", () => {
    const past = new Past();
    past.add(told(NOON, node("a", [NOON], 2), node("b", [NOON], 3)));
    past.add(told(NOON + EVERY, node("a", [NOON + EVERY], 2), node("b", [], 0, null, false)));
    assert.deepEqual(past.together("joined", "sum", past.instants(60_000)), [5, 2]);
    past.add(told(NOON + 3_600_000 + EVERY, node("a", [NOON + 3_600_000 + EVERY], 2)));
    assert.deepEqual(past.nodes, ["a"]);
  });

  test("a table has the last of each minute, the newest first", () => {
    const minute = 60_000;
    const start = Math.floor(NOON / minute) * minute;
    assert.deepEqual(byMinute([start, start + 30_000, start + minute, start + 2 * minute - 1]), [3, 1]);
  });
});

test("figures are written with their unit, and a gap as one", () => {
  const written = [figure(0.0042, "seconds"), figure(0.25, "seconds"), figure(2.5, "seconds"), figure(0.035, "cores"), figure(120 * 2 ** 20, "bytes")];
  assert.deepEqual(written, ["4.2 ms", "250 ms", "2.5 s", "3.5%", "120 MiB"]);
  assert.deepEqual([figure(12.4, "rate"), figure(0.42, "rate"), figure(null, "rate")], ["12", "0.4", "–"]);
});

test("a share that is not all is never written as all", () => {
  assert.deepEqual([share(1), share(0.999_999), share(0.9995)], ["100%", "99.999%", "99.95%"]);
});
