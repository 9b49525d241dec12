/** The staff member's socket: the waiting room of a day, one visit's invitations, and what is asked of visits. */
import { type Signal, signal } from "@preact/signals";
import { connect, type Connection, type ConnectionState, type FromServer, PAGE, socketUrl } from "../wire/index.ts";
import { type InvitationInfo, watchBoard, watchVisit } from "../wire/index.ts";
import { signInAgain } from "./account/account.ts";
import { Board } from "./board/board.ts";
import { makeTicket } from "./clinic.ts";

/** Closed because the staff member was signed out. */
const REVOKED = 4004;

const DEBUG = new URLSearchParams(globalThis.location?.search ?? "").has("debug");

export interface Invitations {
  readonly visit: string;
  readonly all: readonly InvitationInfo[];
  readonly patient?: InvitationInfo;
}

export class Live {
  readonly board = new Board();
  readonly state: Signal<ConnectionState> = signal({ at: "connecting", attempt: 0 });
  /** Whether it can be told who is there; else what is shown is what was known last. */
  readonly known = signal(true);
  /** The invitations of the visit that is watched, and the patient's own if it was sent; null until they have come. */
  readonly invitations = signal<Invitations | null>(null);

  #connection: Connection | undefined;
  #url = "";
  #day = "";
  #stopWatching: (() => void) | undefined;
  #watched = "";

  /** Connect, or begin anew after the connection had ended for good. */
  start(): void {
    this.#connection?.close();
    this.#connection = connect({
      url: () => this.#url || socketUrl(),
      home: socketUrl(),
      hello: async () => {
        const { ticket, ws_url: url } = await makeTicket();
        this.#url = url;
        return { t: "hello.staff", ticket, page: PAGE };
      },
      onMessage: (message) => this.#take(message),
      onState: (state) => this.#changed(state),
      debug: DEBUG,
    });
    watchBoard(this.#connection, this.#day);
    if (this.#watched) this.watch(this.#watched);
  }

  stop(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  /** Show another day's waiting room; "" is today. */
  show(day: string): void {
    if (day === this.#day) return;
    this.#day = day;
    this.board.clear();
    if (this.#connection) watchBoard(this.#connection, day);
  }

  /** Watch one visit's invitations instead of the last one's; "" stops. */
  watch(visit: string): void {
    this.#stopWatching?.();
    this.#stopWatching = undefined;
    this.#watched = visit;
    this.invitations.value = null;
    if (visit && this.#connection) this.#stopWatching = watchVisit(this.#connection, visit);
  }

  /** Ask for something of a visit. Rejects with `Refused`. */
  readonly ask: Connection["request"] = (message) => {
    if (!this.#connection) throw new Error("asked before the start");
    return this.#connection.request(message);
  };

  #take(message: FromServer): void {
    if (message.t === "details") this.invitations.value = { ...message, all: message.invitations };
    else if (message.t === "presence") this.known.value = message.known;
    else this.board.take(message);
  }

  #changed(state: ConnectionState): void {
    this.state.value = state;
    this.known.value = true; // until this connection says otherwise
    if (state.at === "over" && state.over.by === "closed" && state.over.code === REVOKED) this.#signedOut();
    if (state.at === "over" && state.over.by === "bye" && state.over.bye.code === "signed_out") this.#signedOut();
  }

  #signedOut(): void {
    void signInAgain().then((again) => again && this.start());
  }
}
