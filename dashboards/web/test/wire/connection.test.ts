/** The connection against a real socket: a `ws` server of which each test plays the part of our gateway. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { afterEach, beforeEach, test } from "node:test";
import { decode, encode } from "@msgpack/msgpack";
import { WebSocketServer, type WebSocket as Socket } from "ws";
import { connect, type Connection } from "../../src/wire/connection.ts";
import type { ConnectionState, Hello, Options, Position } from "../../src/wire/terms.ts";
import type { FromServer } from "../../src/wire/messages.ts";
import type { Refused } from "../../src/wire/refusal.ts";

const READY = { t: "ready", visit: "v", seat: "a", secret: "s", role: "guest", name: "A", standing: "waiting", now: 1, stream: "x", seq: 0 };
const VISIT = { t: "door", door: {} };

/** Things that happened, each taken once, in order, awaited when they have not happened yet. */
class Queue<Item> {
  #items: Item[] = [];
  #takers: ((item: Item) => void)[] = [];
  put(item: Item): void {
    const taker = this.#takers.shift();
    if (taker) taker(item);
    else this.#items.push(item);
  }
  take(): Promise<Item> {
    const item = this.#items.shift();
    return item === undefined ? new Promise((resolve) => this.#takers.push(resolve)) : Promise.resolve(item);
  }
}

/** One socket as the server sees it. */
class Line {
  readonly said = new Queue<Record<string, unknown>>();
  readonly socket: Socket;
  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("message", (data, binary) => this.said.put((binary ? decode(data as Buffer) : JSON.parse(String(data))) as Record<string, unknown>));
  }
  say(message: unknown): void {
    this.socket.send(encode(message));
  }
  /** Answer the hello. */
  async welcome(more: object = {}): Promise<Record<string, unknown>> {
    const hello = await this.said.take();
    this.say({ ...READY, id: hello["id"], resumed: "new", ...more });
    return hello;
  }
}

let server: WebSocketServer;
let lines: Queue<Line>;
let states: Queue<ConnectionState>;
let messages: Queue<FromServer>;
let connection: Connection | undefined;

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  [lines, states, messages] = [new Queue(), new Queue(), new Queue()];
  server.on("connection", (socket) => lines.put(new Line(socket)));
  await once(server, "listening");
});

afterEach(() => {
  connection?.close();
  for (const socket of server.clients) socket.terminate();
  server.close();
});

function dial(more: Partial<Options> = {}): Connection {
  connection = connect({
    url: address(),
    hello: (position) => resume(position),
    onMessage: (message) => messages.put(message),
    onState: (state) => states.put(state),
    random: () => 0,
    ...more,
  });
  return connection;
}

function address(): string {
  return `ws://127.0.0.1:${(server.address() as { port: number }).port}/ws`;
}

function resume({ stream, seq }: Position): Hello {
  return { t: "hello.seat", visit: "v", seat: "a", secret: "s", page: "1", stream, seq };
}

async function until(at: ConnectionState["at"]): Promise<ConnectionState> {
  for (;;) {
    const state = await states.take();
    if (state.at === at) return state;
  }
}

test("it says hello in MessagePack, and with debug in JSON", async () => {
  dial();
  const line = await lines.take();
  assert.equal(line.socket.protocol, "vestibule.v1.msgpack");
  assert.equal((await line.welcome())["t"], "hello.seat");
  await until("open");
  connection?.close();
  dial({ debug: true });
  assert.equal((await lines.take()).socket.protocol, "vestibule.v1.json");
});

test("after a loss it resumes at the last message it saw, and the replay goes on from there", async () => {
  dial();
  const first = await lines.take();
  await first.welcome({ seq: 6 });
  first.say([7, VISIT]);
  assert.equal((await messages.take()).t, "ready");
  assert.equal((await messages.take()).t, "door");
  first.socket.terminate();

  const second = await lines.take();
  const hello = await second.welcome({ resumed: "replay", seq: 9 });
  assert.deepEqual([hello["stream"], hello["seq"]], ["x", 7]);
  second.say([7, VISIT]); // seen before: dropped
  second.say([8, { t: "asked", what: "mute", by: "p" }]);
  assert.equal((await messages.take()).t, "ready");
  assert.equal((await messages.take()).t, "asked");
  assert.deepEqual(connection?.position, { stream: "x", seq: 8 });
});

test("a gap in the numbers is never passed over: it reconnects from before the gap", async () => {
  dial();
  const first = await lines.take();
  await first.welcome();
  first.say([2, VISIT]);
  const second = await lines.take();
  assert.equal((await second.welcome())["seq"], 0);
});

test("a server that fell silent is left, one that beats is not", async () => {
  dial({ timings: { silence: 120 } });
  const first = await lines.take();
  await first.welcome();
  await until("open");
  const asked = connection?.request({ t: "get.ice" });
  const question = await first.said.take();
  let count = 0;
  const beats = setInterval(() => {
    first.say({ t: "beat" });
    count += 1;
    if (count === 15) first.say({ t: "ice", id: question["id"], servers: [], ttl_ms: 1 }); // longer than the silence
  }, 20);
  await asked;
  clearInterval(beats);
  await until("lost");
  await (await lines.take()).welcome();
  await until("open");
});

test("a change asked for while the connection breaks is sent again with the same op", async () => {
  dial();
  const first = await lines.take();
  await first.welcome();
  await until("open");
  const admitted = dialed().request({ t: "admit", seat: "b" });
  const asked = await first.said.take();
  first.socket.terminate();
  const second = await lines.take();
  await second.welcome();
  const again = await second.said.take();
  assert.deepEqual([again["t"], again["op"], again["id"]], ["admit", asked["op"], asked["id"]]);
  second.say({ t: "ok", id: again["id"] });
  assert.equal((await admitted).t, "ok");
});

test("a refusal comes as its code and sentence", async () => {
  dial();
  const line = await lines.take();
  await line.welcome();
  await until("open");
  const asked = dialed().request({ t: "get.panel" });
  const { id } = await line.said.take();
  line.say({ t: "error", id, code: "not_allowed", message: "You can't do that in this visit." });
  await assert.rejects(asked, (refusal: Refused) => refusal.code === "not_allowed" && refusal.message.startsWith("You can't"));
});

test("a refused hello is final, a passing one is tried again no sooner than asked", async () => {
  dial();
  const first = await lines.take();
  const { id } = await first.said.take();
  first.say({ t: "error", id, code: "try_later", message: "", retry_after_ms: 30 });
  const lost = await until("lost");
  assert.equal(lost.at === "lost" && lost.inMs, 30);
  const between = await lines.take();
  between.say({ t: "error", id: (await between.said.take())["id"], code: "ticket_refused", message: "" }); // the next one is fresh
  const second = await lines.take();
  const hello = await second.said.take();
  second.say({ t: "error", id: hello["id"], code: "link_over", message: "This link's time is over." });
  const state = await until("over");
  assert.equal(state.at === "over" && state.over.by === "refused" && state.over.refusal.code, "link_over");
});

test("good-bye is final; a restart is not, and its hint is honoured", async () => {
  dial();
  const first = await lines.take();
  await first.welcome();
  await until("open");
  first.socket.close(1012, "retry=0.02");
  const lost = await until("lost");
  assert.equal(lost.at === "lost" && lost.inMs, 20);
  const second = await lines.take();
  await second.welcome();
  second.say({ t: "bye", code: "removed", message: "" });
  const state = await until("over");
  assert.equal(state.at === "over" && state.over.by === "bye" && state.over.bye.code, "removed");
});

test("it goes where it is sent when the visit lives elsewhere", async () => {
  dial();
  const first = await lines.take();
  await first.said.take();
  first.say({ t: "moved", ws_url: `${address()}/other` });
  const [, request] = (await once(server, "connection")) as [Socket, { url: string }];
  assert.equal(request.url, "/ws/other");
});

test("sent elsewhere, it says the same hello there, with the ticket that stands in for the one used up", async () => {
  let asked = 0;
  dial({ hello: () => ({ t: "hello.staff", ticket: `ticket ${(asked += 1)}`, page: "1" }) });
  const first = await lines.take();
  await first.said.take();
  first.say({ t: "moved", ws_url: `${address()}/other`, ticket: "fresh" });
  const second = await lines.take();
  assert.deepEqual([(await second.said.take())["ticket"], asked], ["fresh", 1]);
  second.say({ t: "moved", ws_url: `${address()}/third`, ticket: "fresher" });
  const third = await lines.take();
  assert.equal((await third.said.take())["ticket"], "fresher");
  third.socket.terminate();
  assert.equal((await (await lines.take()).said.take())["ticket"], "ticket 2"); // the fresh one may be used up
});

test("a seat whose visit moves while it is in is resumed where it went", async () => {
  dial();
  const first = await lines.take();
  await first.welcome({ seq: 4 });
  await until("open");
  const next = once(server, "connection");
  first.say({ t: "moved", ws_url: `${address()}/other` });
  assert.equal(((await next)[1] as { url: string }).url, "/ws/other");
  await lines.take().then((line) => line.welcome({ resumed: "state" }));
  await until("open");
});

test("nodes that send it around in a circle are asked again later, and not at once for ever", async () => {
  dial({ random: () => 0.5 });
  for (let moves = 0; moves <= 5; moves += 1) {
    const line = await lines.take();
    await line.said.take();
    line.say({ t: "moved", ws_url: `${address()}/${moves}` });
  }
  const lost = await until("lost");
  assert.ok(lost.at === "lost" && lost.inMs >= 250);
  const [, request] = (await once(server, "connection")) as [Socket, { url: string }];
  assert.equal(request.url, "/ws");
});

test("when the address that it was sent to does not answer, it goes home, where somebody knows more", async () => {
  const gone = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(gone, "listening");
  const { port } = gone.address() as { port: number };
  gone.close();
  await once(gone, "close");
  const nowhere = `ws://127.0.0.1:${port}/ws`;
  dial({ url: nowhere, home: `${address()}/home` });
  const [, first] = (await once(server, "connection")) as [Socket, { url: string }];
  assert.equal(first.url, "/ws/home");
  const line = await lines.take();
  await line.said.take();
  line.say({ t: "moved", ws_url: nowhere });
  const [, second] = (await once(server, "connection")) as [Socket, { url: string }];
  assert.equal(second.url, "/ws/home");
});

test("a node that fell silent is not asked again before another one was", async () => {
  dial({ url: () => `${address()}/owner`, home: `${address()}/home`, timings: { silence: 120 } });
  await (await lines.take()).welcome();
  await until("open");
  const [, request] = (await once(server, "connection")) as [Socket, { url: string }];
  assert.equal(request.url, "/ws/home");
});

test("what is watched is watched again after a reconnect, from the position reached", async () => {
  dial();
  connection?.keep("board", ({ stream, seq }) => ({ t: "watch.board", day: "", stream, seq }));
  const first = await lines.take();
  await first.welcome();
  const { id } = await first.said.take();
  first.say({ t: "board", id, stream: "b", seq: 4, day: "2026-01-02", zone: "UTC", now: 1, rows: [] });
  first.say([5, { t: "board.gone", visit: "v" }]);
  while ((await messages.take()).t !== "board.gone");
  first.socket.terminate();
  const second = await lines.take();
  const hello = await second.said.take();
  second.say({ t: "ready.staff", id: hello["id"], user: "u", name: "n", role: "provider", clinic: "c", now: 1 });
  assert.deepEqual(await second.said.take().then((asked) => [asked["t"], asked["stream"], asked["seq"]]), ["watch.board", "b", 5]);
});

test("another device took the seat: it does not fight for it", async () => {
  dial();
  const line = await lines.take();
  await line.welcome();
  await until("open");
  line.socket.close(4002);
  const state = await until("over");
  assert.deepEqual(state.at === "over" && state.over, { by: "closed", code: 4002 });
});

function dialed(): Connection {
  assert.ok(connection);
  return connection;
}
