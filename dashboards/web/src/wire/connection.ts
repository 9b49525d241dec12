/**
 * One socket to the server that lasts for the life of the page.
 *
 * It says hello, goes where it is sent, notices silence, reconnects and resumes where it was. What it cannot mend (a refusal,
 * a good-bye) ends it for good, and `onState` says why. Rules: `hello.seat`, `moved`, `beat` and the numbered pairs in
 * docs/protocol.md.
 */

import { backoff, retryHint } from "./backoff.ts";
import { type Arrival, type Codec, json, msgpack } from "./codec.ts";
import { clock } from "./clock.ts";
import { AFTER_CLOSE, CLOSE } from "./messages.ts";
import type { Bye, FromClient, FromServer, IceReport, Media, Moved, Numbered, Quality, Signal } from "./messages.ts";
import { Refused } from "./refusal.ts";
import { NOWHERE, TIMINGS, type ConnectionState, type Hello, type Options, type Over, type Position, type Timings } from "./terms.ts";
import { Requests, type Ask, type AnswerOf, type Asking } from "./requests.ts";

/** The next hello may be welcome; a staff page's has a fresh ticket. */
const PASSING = new Set(["try_later", "busy", "unreachable", "no_answer", "ticket_refused"]);
const OUR_CLOSE = 3000;
const MOST_MOVES = 5;
/** When a node hands visits over, everybody in them is sent on at once: over how long they come, ms. */
const MOVES_SPREAD_MS = 300;

/** Connect now, and again whenever the connection is lost. Call `close` when done with it. */
export function connect(options: Options): Connection {
  return new Connection(options);
}

export class Connection {
  readonly #options: Options;
  readonly #codec: Codec;
  readonly #times: Timings;
  readonly #requests: Requests;
  #socket: WebSocket | undefined;
  #position: Position = NOWHERE;
  /** Where `moved` sent us; "" is wherever the options say. */
  #moved = "";
  /** The address that was tried last, and whether it answered. */
  #tried = "";
  #answered = false;
  /** An address that did not answer: not tried again before another one was. */
  #dead = "";
  /** The hello that `moved` answered, to be said again where it sent us. */
  #again: Hello | undefined;
  #said: Hello | undefined;
  #helloId = 0;
  #ready = false;
  #over = false;
  #attempt = 0;
  #moves = 0;
  #deadline = 0;
  #readyAt = 0;
  /** The server asked us not to come before this. */
  #notBefore = 0;
  #refusal: Refused | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#codec = options.debug ? json : msgpack;
    this.#times = { ...TIMINGS, ...options.timings };
    this.#requests = new Requests((message) => this.#write(message), this.#times.answer);
    globalThis.addEventListener?.("online", this.#hint);
    globalThis.document?.addEventListener("visibilitychange", this.#hint);
    void this.#open();
  }

  /** The last numbered message seen. */
  get position(): Position {
    return this.#position;
  }

  /** Ask for something; the promise is its answer, or rejects with `Refused`. A change gets its `op` here if it has none. */
  request<Question extends Ask<Asking>>(question: Question): Promise<AnswerOf<Question["t"]>> {
    return this.#requests.ask(question, this.#ready) as Promise<AnswerOf<Question["t"]>>;
  }

  /** Send what is neither answered nor repeated; dropped when there is no connection. */
  send(message: Signal | Media | Quality | IceReport): void {
    if (this.#ready) this.#write(message);
  }

  /** Ask now and again after every reconnect, until `drop(name)`: watching a board, say. Answers come by `onMessage`. */
  keep(name: string, make: (position: Position) => Ask<Asking>): void {
    this.#requests.keep(name, () => make(this.#position), this.#ready);
  }

  drop(name: string): void {
    this.#requests.drop(name);
  }

  /** Close for good. */
  close(): void {
    this.#end({ by: "us" });
  }

  async #open(): Promise<void> {
    this.#tell({ at: "connecting", attempt: this.#attempt });
    let hello: Hello;
    try {
      hello = this.#again ?? (await this.#options.hello(this.#position));
    } catch (error) {
      this.#refused(error instanceof Refused ? error : new Refused("unreachable"));
      return;
    }
    if (this.#over) return;
    this.#again = undefined;
    this.#said = hello;
    this.#tried = this.#target();
    this.#answered = false;
    const socket = new WebSocket(this.#tried, this.#codec.subprotocol);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#arm(this.#times.opening);
    socket.onopen = () => {
      this.#helloId = this.#requests.nextId();
      this.#write({ ...hello, id: this.#helloId } as FromClient);
    };
    socket.onmessage = (event) => this.#heard(event.data);
    socket.onclose = (event) => this.#closed(event.code, event.reason);
  }

  /** Where to connect: where we were sent, else where the visit is said to be; home when that does not answer. */
  #target(): string {
    const { url, home } = this.#options;
    const wanted = this.#moved || (typeof url === "string" ? url : url());
    return wanted === this.#dead && home ? home : wanted;
  }

  #write(message: FromClient): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(this.#codec.encode(message));
  }

  /** One timer notices both an opening that hangs and a server that fell silent. */
  #arm(ms: number): void {
    this.#deadline = Date.now() + ms;
    if (this.#watch !== undefined) return;
    const every = Math.max(10, Math.min(500, this.#times.silence / 4));
    let last = Date.now();
    this.#watch = setInterval(() => {
      const now = Date.now();
      // a page that slept was deaf, not the server silent: give it time to speak
      if (now - last > 4 * every + 1000) this.#deadline = Math.max(this.#deadline, now + this.#times.probe);
      last = now;
      if (now < this.#deadline) return;
      this.#answered = false; // it did once, and does no more
      this.#lost();
    }, every);
  }

  #heard(data: unknown): void {
    if (!this.#answered) this.#noteAnswer();
    if (this.#ready) this.#deadline = Date.now() + this.#times.silence;
    let arrival: Arrival;
    try {
      arrival = this.#codec.decode(data);
    } catch {
      this.#lost(this.#times.rebuked);
      return;
    }
    if (arrival.seq > 0) this.#numbered(arrival.seq, arrival.message as Numbered);
    else this.#bare(arrival.message);
  }

  /** Whatever is said, be it a refusal, shows that somebody is there. */
  #noteAnswer(): void {
    this.#answered = true;
    this.#dead = "";
  }

  #numbered(seq: number, message: Numbered): void {
    if (seq <= this.#position.seq) return; // seen before the reconnect
    if (seq > this.#position.seq + 1) {
      this.#lost(); // a gap: what is missing is replayed to our position, or answered with a whole state
      return;
    }
    this.#position = { stream: this.#position.stream, seq };
    this.#options.onMessage(message);
  }

  #bare(message: FromServer): void {
    switch (message.t) {
      case "beat":
        return;
      case "ready":
        clock.agree(message.now, true);
        // a replay goes on from where we are; anything else begins where the answer says
        if (message.resumed !== "replay") this.#position = { stream: message.stream, seq: message.seq };
        break;
      case "ready.staff":
        clock.agree(message.now, true);
        break;
      case "board":
        this.#position = { stream: message.stream, seq: message.seq };
        break;
      case "moved":
        this.#move(message);
        return;
      case "error":
        if (!this.#ready && (message.id === this.#helloId || message.id === 0)) {
          this.#refused(Refused.from(message));
          return;
        }
        if (message.id === 0) this.#refusal = Refused.from(message);
        break;
      default:
    }
    this.#requests.answered(message);
    this.#options.onMessage(message);
    if (message.t === "ready" || message.t === "ready.staff") this.#opened();
    if (message.t === "bye") this.#bye(message);
  }

  #opened(): void {
    this.#ready = true;
    this.#readyAt = Date.now();
    this.#refusal = undefined;
    this.#moves = 0;
    this.#deadline = Date.now() + this.#times.silence;
    this.#tell({ at: "open" });
    this.#requests.resend();
  }

  #move({ ws_url: url, ticket }: Moved): void {
    const said = this.#ready ? undefined : this.#said;
    const inMs = this.#ready ? Math.round(this.#chance() * MOVES_SPREAD_MS) : 0;
    this.#moves += 1;
    if (this.#moves > MOST_MOVES) {
      this.#moved = ""; // the nodes disagree: ask the first address again, later
      this.#moves = 0;
      this.#lost();
      return;
    }
    this.#moved = url;
    this.#again = said && ticket && said.t === "hello.staff" ? { ...said, ticket } : said;
    this.#letGo();
    if (inMs > 0) this.#retry = setTimeout(() => this.#openAgain(), inMs);
    else void this.#open();
  }

  #bye(bye: Bye): void {
    if (bye.code === "restarting") this.#lost(bye.retry_after_ms ?? 0);
    else this.#end({ by: "bye", bye });
  }

  #refused(refusal: Refused): void {
    if (PASSING.has(refusal.code) || refusal.retryAfterMs > 0) this.#lost(refusal.retryAfterMs);
    else this.#end({ by: "refused", refusal });
  }

  #closed(code: number, reason: string): void {
    const next = (AFTER_CLOSE as Record<number, (typeof AFTER_CLOSE)[keyof typeof AFTER_CLOSE]>)[code] ?? "again";
    if (code === CLOSE.REFUSED) this.#end({ by: "refused", refusal: this.#refusal ?? new Refused(reason) });
    else if (next === "stop") this.#end({ by: "closed", code });
    else if (next === "later") this.#lost(this.#times.rebuked);
    else this.#lost(next === "hint" ? (retryHint(reason) ?? 0) : 0);
  }

  /** Give this socket up and try again after a while. */
  #lost(atLeastMs = 0): void {
    if (this.#over) return;
    if (this.#ready && Date.now() - this.#readyAt >= this.#times.healthy) this.#attempt = 0;
    const silent = this.#socket !== undefined && !this.#answered;
    this.#letGo();
    this.#again = undefined; // a ticket that was said may be used up
    if (silent && this.#tried !== this.#options.home) {
      this.#dead = this.#tried; // the node may be gone: any other one knows where to go
      this.#moved = "";
    }
    const inMs = backoff(this.#attempt, this.#chance(), atLeastMs);
    this.#notBefore = Date.now() + atLeastMs;
    this.#attempt += 1;
    this.#tell({ at: "lost", attempt: this.#attempt, inMs });
    this.#retry = setTimeout(() => this.#openAgain(), inMs);
  }

  #chance(): number {
    return (this.#options.random ?? Math.random)();
  }

  #openAgain(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    if (!this.#over) void this.#open();
  }

  /** The network or the page came back: do not sit out the backoff, do not wait the whole silence. */
  readonly #hint = (): void => {
    if (this.#over || globalThis.document?.visibilityState === "hidden") return;
    if (this.#retry !== undefined && this.#attempt > 1 && Date.now() >= this.#notBefore) {
      this.#attempt = 1; // hints can come in a row: keep a first step of backoff
      this.#openAgain();
    } else if (this.#ready) {
      this.#deadline = Math.min(this.#deadline, Date.now() + this.#times.probe);
    }
  };

  /** A dead socket may take half a minute to close: nothing waits for it. */
  #letGo(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#ready = false;
    clearInterval(this.#watch);
    this.#watch = undefined;
    this.#requests.lost();
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(OUR_CLOSE);
  }

  #end(over: Over): void {
    if (this.#over) return;
    this.#over = true;
    this.#letGo();
    clearTimeout(this.#retry);
    this.#requests.end();
    globalThis.removeEventListener?.("online", this.#hint);
    globalThis.document?.removeEventListener("visibilitychange", this.#hint);
    this.#tell({ at: "over", over });
  }

  #tell(state: ConnectionState): void {
    this.#options.onState(state);
  }
}
