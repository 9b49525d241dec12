/**
 * One person's attendance of a visit from this page: joins by a link or as staff, resumes, is held, waits, is in, leaves.
 *
 * Signals say where things stand; the guest page and the call window draw them.
 */

import { batch, signal, type ReadonlySignal } from "@preact/signals";
import { goodbyeText } from "../ui/refusals.ts";
import { clock, connect, PAGE, randomText, Refused, seatNext, seatFrom, socketUrl } from "../wire/index.ts";
import { call } from "../wire/rest.ts";
import type { Connection, ConnectionState, Door, FromServer, Hello, IceServer, Over, Position, SeatState } from "../wire/index.ts";
import { kept } from "./kept.ts";

/** How one comes in: by a link's token, or as signed-in staff. */
export type Entry =
  | { readonly by: "link"; readonly token: string; readonly patient: boolean }
  | { readonly by: "staff"; readonly visit: string };

export type Phase =
  /** Not asked to join yet; `again` says why somebody who was in is asked anew. */
  | { readonly at: "doorstep"; readonly again?: Refused }
  /** `back`: going on where they were, not joining anew. */
  | { readonly at: "joining"; readonly back: boolean }
  /** Seated: held, waiting or in, as `state` says. */
  | { readonly at: "seated" }
  /** It goes on by itself at the time that the refusal names. */
  | { readonly at: "early"; readonly refusal: Refused }
  | { readonly at: "refused"; readonly refusal: Refused }
  | { readonly at: "gone"; readonly code: string; readonly message: string };

interface Ticket {
  readonly ticket: string;
  readonly ws_url: string;
}

const LEAVE_MS = 1_500;
const EARLY_CHECK_MS = 30_000;
const MOST_UNHEARD = 200;
const EARLY_SPREAD_MS = 2_000;

export class Attendance {
  readonly entry: Entry;
  readonly #phase = signal<Phase>({ at: "doorstep" });
  readonly #state = signal<SeatState | undefined>(undefined);
  readonly #net = signal<ConnectionState>({ at: "connecting", attempt: 0 });
  readonly #listeners = new Set<(message: FromServer) => void>();
  #connection: Connection | undefined;
  #dialled: object | undefined;
  #unheard: FromServer[] = [];
  #ice: { readonly servers: readonly IceServer[]; readonly at: number } = { servers: [], at: 0 };
  #url = "";
  #op = "";
  #move = false;
  #early: ReturnType<typeof setTimeout> | undefined;

  constructor(entry: Entry) {
    this.entry = entry;
  }

  get phase(): ReadonlySignal<Phase> {
    return this.#phase;
  }

  get state(): ReadonlySignal<SeatState | undefined> {
    return this.#state;
  }

  get net(): ReadonlySignal<ConnectionState> {
    return this.#net;
  }

  /** What is shown before being let in, as the seat's own messages tell it. */
  get door(): Door | undefined {
    return this.#state.value?.door;
  }

  /** The ICE servers that came with the seat, and how old they are, ms: none, and very old, for who was let in later. */
  get ice(): { readonly servers: readonly IceServer[]; readonly ageMs: number } {
    return { servers: this.#ice.servers, ageMs: Date.now() - this.#ice.at };
  }

  /** Hear every message after the state has taken it in; offers that came before the call was loaded come first. */
  listen(listener: (message: FromServer) => void): () => void {
    this.#listeners.add(listener);
    for (const message of this.#unheard.splice(0)) listener(message);
    return () => this.#listeners.delete(listener);
  }

  /** The open connection, for requests; only while seated. */
  get connection(): Connection {
    if (!this.#connection) throw new Error("not seated");
    return this.#connection;
  }

  /** Join, or bring the seat here from another device (`move`). */
  join(name: string, move = false): void {
    kept.put({ name, left: undefined });
    this.#op = randomText();
    this.#move = move;
    this.#dial();
  }

  /** Go on where this tab was before it was reloaded; false when there is nothing to go on with. */
  resume(): boolean {
    if (!kept.get().secret) return false;
    this.#dial();
    return true;
  }

  /** Take the seat back from the other device it moved to: by its secret, or by the link where that made a new secret. */
  bringBack(): void {
    this.#move = true;
    this.#dial();
  }

  /** Leave on purpose. The seat is given up: to come back is to join again. */
  leave(): void {
    kept.unseat();
    kept.put({ left: true });
    const connection = this.#connection;
    if (!connection) return;
    let done = false;
    const leave = () => {
      if (done) return;
      done = true;
      connection.close();
      this.#gone("left", "");
    };
    // whether the answer comes or not, the person has left this page
    void connection.request({ t: "leave" }).then(leave, leave);
    setTimeout(leave, LEAVE_MS);
  }

  /** They left before this page was reloaded: it must not bring them back by itself. */
  stayAway(): void {
    this.#gone("left", "");
  }

  /** The patient has called the visit off from this page (R13). */
  calledOff(message: string): void {
    this.close();
    this.#gone("cancelled", message);
  }

  /** Stop what runs, without leaving. */
  close(): void {
    clearTimeout(this.#early);
    this.#connection?.close();
  }

  #dial(): void {
    this.close();
    this.#phase.value = { at: "joining", back: kept.get().secret !== undefined };
    const mine = {};
    this.#dialled = mine;
    this.#connection = connect({
      url: () => this.#url || socketUrl(),
      home: socketUrl(),
      hello: (position) => this.#hello(position),
      onMessage: (message) => this.#heard(message),
      onState: (state) => {
        if (this.#dialled !== mine) return; // an older one, closing
        this.#net.value = state;
        if (state.at === "over") this.#over(state.over);
      },
      debug: new URLSearchParams(location.search).has("debug"),
    });
  }

  async #hello(position: Position): Promise<Hello> {
    const { visit, seat, secret, name } = kept.get();
    if (visit && seat && secret) {
      const { stream, seq } = position;
      return { t: "hello.seat", visit, seat, secret, page: PAGE, stream, seq };
    }
    const move = this.#move ? { move: true } : {};
    if (this.entry.by === "link") {
      const named = name && !this.entry.patient ? { name } : {};
      return { t: "hello.link", token: this.entry.token, page: PAGE, op: this.#op, ...named, ...move };
    }
    const { ticket, ws_url } = await call<Ticket>("POST", "/tickets", { visit: this.entry.visit });
    this.#url = ws_url;
    return { t: "hello.staff", ticket, page: PAGE, ...move };
  }

  #heard(message: FromServer): void {
    batch(() => {
      if (message.t === "ready") {
        const { visit, seat, secret } = message;
        kept.put({ visit, seat, secret });
        this.#move = false;
        this.#unheard = [];
        if (message.standing === "in") this.#ice = { servers: message.ice ?? [], at: Date.now() };
        this.#state.value = seatFrom(message, this.#state.value);
        this.#phase.value = { at: "seated" };
      } else if (this.#state.value) {
        this.#state.value = seatNext(this.#state.value, message);
      }
    });
    for (const listener of this.#listeners) listener(message);
    if (message.t === "relayed" && this.#listeners.size === 0 && this.#unheard.length < MOST_UNHEARD) this.#unheard.push(message);
  }

  #over(over: Over): void {
    switch (over.by) {
      case "us":
        return;
      case "bye":
        return this.#goodbye(over.bye.code, this.#state.value?.ended?.message ?? over.bye.message);
      case "closed":
        return this.#gone(over.code === 4002 ? "moved" : over.code === 4004 ? "signed_out" : "closed", "");
      case "refused":
        return this.#refused(over.refusal);
    }
  }

  #refused(refusal: Refused): void {
    this.#state.value = undefined;
    switch (refusal.code) {
      case "early":
        return this.#waitUntil(refusal);
      case "resume_refused":
        kept.unseat();
        if (this.entry.by === "staff" || this.#move) return this.join(kept.get().name ?? "", this.#move);
        this.#phase.value = { at: "doorstep", again: refusal };
        return;
      default:
        if (ENDS.has(refusal.code)) kept.unseat();
        this.#phase.value = { at: "refused", refusal };
    }
  }

  #goodbye(code: string, message: string): void {
    this.#gone(code, goodbyeText(code, message, this.door?.clinic_phone));
  }

  #gone(code: string, message: string): void {
    if (code !== "left" && code !== "moved" && code !== "signed_out" && code !== "closed") kept.unseat();
    this.#phase.value = { at: "gone", code, message };
  }

  /** Early: the page goes on by itself (D7), spread out so that not all come in the same instant. */
  #waitUntil(refusal: Refused): void {
    const until = refusal.at;
    this.#phase.value = { at: "early", refusal };
    const check = () => {
      const left = until - clock.now();
      if (left <= 0) this.#dial();
      else this.#early = setTimeout(check, Math.min(left + Math.random() * EARLY_SPREAD_MS, EARLY_CHECK_MS));
    };
    this.#early = setTimeout(check, Math.max(1000, Math.min(until - clock.now(), EARLY_CHECK_MS)));
  }
}

/** Refusals after which the seat is worth nothing. */
const ENDS = new Set(["visit_over", "link_over", "link_revoked", "link_unknown", "removed", "denied"]);
