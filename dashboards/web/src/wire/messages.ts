// Written by `python -m signaling.schema` from signaling/messages; do not edit.
//
// A field marked `?` is left out when it has its default, which its comment names.
// New fields, messages, words and codes may come: ignore what you do not know.

export type Role = "provider" | "patient" | "guest" | "phone" | "interpreter";

export type Standing = "held" | "waiting" | "in" | "left" | "removed" | "denied";

export type Link = "ok" | "lost" | "restoring" | "none";

export type How = "browser" | "phone" | "both";

export type Status = "scheduled" | "open" | "in_progress" | "lapsed" | "completed" | "cancelled" | "ended";

export type QualityWord = "" | "good" | "poor" | "bad";

export type Via = "email" | "sms";

export type LetterKind = "invitation" | "confirmation" | "reminder" | "change" | "cancellation";

export type Progress = "queued" | "sending" | "sent" | "failed";

export type Why = "joined" | "waiting" | "early" | "admitted" | "left" | "lost" | "back" | "moved" | "removed" | "denied" | "renamed" | "changed";

export type Farewell = "left" | "removed" | "denied" | "moved" | "rescheduled" | "completed" | "cancelled" | "ended" | "signed_out" | "restarting";

/** What somebody may see before they are let in (D12), and no more. */
export interface Door {
  readonly clinic: string;
  /** The provider's display name. */
  readonly provider: string;
  readonly start: number;
  readonly end: number;
  /** The clinic's zone, as in the IANA database; show times in it. */
  readonly zone: string;
  readonly status: Status;
  /** From when on people may wait inside the visit. */
  readonly opens_at: number;
  /** Default: "". */
  readonly clinic_phone?: string;
  /** A URL of the clinic's logo. Default: "". */
  readonly logo?: string;
  /** The visit's language, as in BCP 47: en, es. Default: "". */
  readonly language?: string;
  /** Who looks is the patient, and may invite guests. Default: false. */
  readonly may_invite?: boolean;
  /** Who looks is the patient, and may call the visit off. Default: false. */
  readonly may_cancel?: boolean;
  /**
   * The time is over while they wait: the provider is running late, they keep their place (D2). Default:
   * false.
   */
  readonly late?: boolean;
  /** The visit is locked: nobody comes in but by a provider's word. Default: false. */
  readonly locked?: boolean;
}

/** What a participant sends now, by browser and telephone together. */
export interface MediaState {
  /** Default: false. */
  readonly mic?: boolean;
  /** Default: false. */
  readonly cam?: boolean;
  /** Default: false. */
  readonly screen?: boolean;
  /** Somebody on the telephone says something now. Default: false. */
  readonly speaks?: boolean;
}

/** One seat as others see it. `label` and `invitation` are for the clinic's eyes only. */
export interface Participant {
  readonly seat: string;
  readonly role: Role;
  readonly name: string;
  readonly standing: Standing;
  readonly link: Link;
  /** Default: "browser". */
  readonly how?: How;
  /**
   * Which load of the page is connected: another value means another browser, so a new media connection.
   * Default: "".
   */
  readonly page?: string;
  /** When the standing began. Default: 0. */
  readonly since?: number;
  /** When the connection was lost; 0 unless `link` is `lost`. Default: 0. */
  readonly lost_since?: number;
  readonly media?: MediaState;
  /** How good the browser's connection is (B12); for the clinic's eyes only. Default: "". */
  readonly quality?: QualityWord;
  /** Whose invitation it was. Default: "". */
  readonly invitation?: string;
  /** What the invitation is called: Daughter, Interpreter. Default: "". */
  readonly label?: string;
}

/** The visit as those in the call see it; `name`, `room` and `option` are empty for guests. */
export interface VisitInfo {
  readonly visit: string;
  readonly status: Status;
  readonly start: number;
  readonly end: number;
  /** When links and PINs expire: the end, and the clinic's grace (R14). */
  readonly lapses_at: number;
  /** The clinic's zone, as in the IANA database. */
  readonly zone: string;
  /** The clinic's name. */
  readonly clinic: string;
  /** The patient's name. Default: "". */
  readonly patient?: string;
  /** The providers' display names. Default: []. */
  readonly providers?: readonly string[];
  /** Default: "". */
  readonly name?: string;
  /** Default: "". */
  readonly room?: string;
  /** Default: "". */
  readonly option?: string;
  /** Every new guest waits for the provider. Default: false. */
  readonly locked?: boolean;
  /** The last five minutes have begun, or the time is over. Default: false. */
  readonly warned?: boolean;
  /** The receiver may ask `get.panel`. Default: false. */
  readonly may_invite?: boolean;
  /** Default: "". */
  readonly clinic_phone?: string;
  /**
   * The page of the bridge that carries the visit's telephones; "" while there is none. Browsers in the
   * call offer a connection, audio only, to the seat `bridge`, and again when the page is another.
   * Default: "".
   */
  readonly bridge?: string;
}

/**
 * A browser to which the receiver of this message makes the offer.
 *
 * Of each pair the one that came into the call last offers.
 */
export interface Peer {
  readonly seat: string;
  readonly page: string;
}

/** One entry for RTCConfiguration.iceServers. */
export interface IceServer {
  readonly urls: readonly string[];
  /** Default: "". */
  readonly username?: string;
  /** Default: "". */
  readonly credential?: string;
}

/** One message to somebody invited, and how far it has got. */
export interface LetterInfo {
  readonly via: Via;
  readonly kind: LetterKind;
  readonly progress: Progress;
  /** Since when. */
  readonly at: number;
  /** Default: 0. */
  readonly attempt?: number;
  /** Why it failed, or is tried again: a stable code. Default: "". */
  readonly reason?: string;
}

/**
 * An invitation in Visit Details (B1); address and number with their middle left out.
 *
 * `state` is made, queued, sent, failed, opened, early, waiting, in, lost, left, denied, removed, expired or
 * revoked.
 */
export interface InvitationInfo {
  readonly invitation: string;
  readonly label: string;
  readonly state: string;
  /** Default: "". */
  readonly email?: string;
  /** Default: "". */
  readonly phone?: string;
  /** Default: false. */
  readonly interpreter?: boolean;
  /** Default: 0. */
  readonly created_at?: number;
  /** Default: 0. */
  readonly changed_at?: number;
  /** When a person first did something on its page. Default: 0. */
  readonly opened_at?: number;
  /** Default: []. */
  readonly letters?: readonly LetterInfo[];
  /** Who came with it. Default: []. */
  readonly seats?: readonly string[];
}

/** One visit in the waiting room. */
export interface BoardRow {
  readonly visit: VisitInfo;
  /** Default: []. */
  readonly seats?: readonly Participant[];
}

/**
 * Join by an invitation's link, or by the patient's own link. Answer: `ready` or `error`.
 *
 * `page` names this load of the page (random). `move` says that the person agreed to move the seat here from
 * another device, after `error already_open`. `op` is a random text known to this page alone: the same hello
 * sent again after a lost answer (same link, same `op`) gets the same seat, not a second one.
 */
export interface HelloLink {
  readonly t: "hello.link";
  /** 1 to 4294967295. */
  readonly id: number;
  /** What stands after `#` in the link. 1 to 200 characters. */
  readonly token: string;
  /** At most 64 characters. */
  readonly page: string;
  /** What others see; asked of guests, known of patients. At most 4096 characters. Default: "". */
  readonly name?: string;
  /** Default: false. */
  readonly move?: boolean;
  /** At most 40 characters. Default: "". */
  readonly op?: string;
}

/**
 * Resume a seat with its secret. Answer: `ready` or `error`.
 *
 * With the position of the last message seen (`stream`, `seq`), what was missed is replayed; with an unknown
 * position the answer holds a whole state. The same `page` keeps the media connections between browsers as
 * they are.
 */
export interface HelloSeat {
  readonly t: "hello.seat";
  /** 1 to 4294967295. */
  readonly id: number;
  /** At most 64 characters. */
  readonly visit: string;
  /** At most 64 characters. */
  readonly seat: string;
  /** 1 to 200 characters. */
  readonly secret: string;
  /** At most 64 characters. */
  readonly page: string;
  /** At most 64 characters. Default: "". */
  readonly stream?: string;
  /** 0 to 9007199254740991. Default: 0. */
  readonly seq?: number;
}

/**
 * Open a staff member's socket with a one-use ticket (30 s). Answer: `ready.staff`, `ready` or `error`.
 *
 * A ticket made for a visit takes the provider's seat in it (`ready`); one made without opens a dashboard
 * (`ready.staff`).
 */
export interface HelloStaff {
  readonly t: "hello.staff";
  /** 1 to 4294967295. */
  readonly id: number;
  /** 1 to 200 characters. */
  readonly ticket: string;
  /** At most 64 characters. */
  readonly page: string;
  /** Default: false. */
  readonly move?: boolean;
}

/**
 * Open the socket of one telephone call. Answer: `ready.phone` or `error`.
 *
 * Only for a dial-in client, whose API `key` has the scope `dialin`. `call` is its own id of the call,
 * `dialled` the clinic's number, `caller` the caller's, "" when withheld; numbers as in E.164.
 *
 * When the caller hangs up, close the socket with 1000: they have left. After any other end they count as
 * lost, and the same `call` with the same `digits` brings them back to their seat.
 */
export interface HelloPhone {
  readonly t: "hello.phone";
  /** 1 to 4294967295. */
  readonly id: number;
  /** 1 to 200 characters. */
  readonly key: string;
  /** At most 64 characters. */
  readonly call: string;
  /** At most 64 characters. */
  readonly dialled: string;
  /** At most 64 characters. Default: "". */
  readonly caller?: string;
}

/**
 * Carry the telephones of one visit to its browsers, and back. Answer: `ready.bridge` or `error`.
 *
 * Only for the deployment's own bridge, whose API `key` has the scope `bridge`. `ticket` is the one of a
 * telephone that is in the call. `page` names this bridge, as a browser's page does: after a reconnect the
 * same one says that its media connections are still there. The newest bridge of a visit wins.
 */
export interface HelloBridge {
  readonly t: "hello.bridge";
  /** 1 to 4294967295. */
  readonly id: number;
  /** 1 to 200 characters. */
  readonly key: string;
  /** 1 to 200 characters. */
  readonly ticket: string;
  /** At most 64 characters. */
  readonly page: string;
}

/**
 * Pass opaque text to another seat in the call (SDP, ICE candidates). Not answered.
 *
 * It arrives as `relayed`, is never replayed, and is dropped when either seat is not in the call by a
 * browser.
 */
export interface Signal {
  readonly t: "signal";
  /** The other seat. At most 64 characters. */
  readonly to: string;
  /** At most 60000 characters. */
  readonly data: string;
}

/** What this browser, or this telephone, sends now; shown to the others. Not answered. */
export interface Media {
  readonly t: "media";
  /** The microphone is on. */
  readonly mic: boolean;
  /** The camera is on. */
  readonly cam: boolean;
  /** The screen is shared. Default: false. */
  readonly screen?: boolean;
  /** Something is said now; from telephones only, for others cannot measure them. Default: false. */
  readonly speaks?: boolean;
}

/**
 * Leave the visit. Answer: `ok`, then `bye`.
 *
 * The link brings the person back: a personal one to the same seat, the shared one to a new seat.
 */
export interface Leave {
  readonly t: "leave";
  /** 1 to 4294967295. */
  readonly id: number;
}

/**
 * Ask for fresh ICE servers and TURN credentials, from within the call. Answer: `ice` or `error`.
 *
 * Ask as soon as you are let in, and again whenever half of `ttl_ms` is over.
 */
export interface GetIce {
  readonly t: "get.ice";
  /** 1 to 4294967295. */
  readonly id: number;
}

/**
 * Ask for the shared link, dial-in number and PIN of a visit (R4). Answer: `panel` or `error`.
 *
 * `visit` is left out by a seat, which means its own visit. Providers may, and patients where the clinic
 * lets them invite (R1).
 */
export interface GetPanel {
  readonly t: "get.panel";
  /** 1 to 4294967295. */
  readonly id: number;
  /** At most 64 characters. Default: "". */
  readonly visit?: string;
}

/**
 * Invite somebody with a link and a PIN of their own (R7). Answer: `invited` or `error`.
 *
 * They go by e-mail, text message, both or neither. `phone` as people write it in the clinic's country, or
 * as in E.164; `label` says who it is, "Daughter"; `interpreter` that they come to interpret. Providers may,
 * and patients where the clinic lets them (R1).
 */
export interface Invite {
  readonly t: "invite";
  /** 1 to 4294967295. */
  readonly id: number;
  /** 1 to 40 characters. */
  readonly op: string;
  /** At most 254 characters. Default: "". */
  readonly email?: string;
  /** At most 32 characters. Default: "". */
  readonly phone?: string;
  /** At most 4096 characters. Default: "". */
  readonly label?: string;
  /** Default: false. */
  readonly interpreter?: boolean;
  /** At most 64 characters. Default: "". */
  readonly visit?: string;
}

/** Send an invitation again, by every way there is to its person. Answer: `ok` or `error`. */
export interface Resend {
  readonly t: "resend";
  /** 1 to 4294967295. */
  readonly id: number;
  /** 1 to 40 characters. */
  readonly op: string;
  /** At most 64 characters. */
  readonly invitation: string;
  /** At most 64 characters. Default: "". */
  readonly visit?: string;
}

/**
 * Withdraw one invitation: its link and PIN are over at once. Answer: `ok` or `error`.
 *
 * For those who run the visit.
 */
export interface Revoke {
  readonly t: "revoke";
  /** 1 to 4294967295. */
  readonly id: number;
  /** 1 to 40 characters. */
  readonly op: string;
  /** At most 64 characters. */
  readonly invitation: string;
  /** At most 64 characters. Default: "". */
  readonly visit?: string;
}

/**
 * Report how this browser's media connections do, by the worst of them (B12). Not answered.
 *
 * Every 2 s at most.
 */
export interface Quality {
  readonly t: "quality";
  /** How many of a thousand packets were lost. 0 to 1000. */
  readonly lost: number;
  /** The round trip in ms. 0 to 60000. */
  readonly rtt: number;
  /**
   * How much the packets of sound came early or late, in ms (RFC 3550, section 6.4.1). 0 to 60000.
   * Default: 0.
   */
  readonly jitter?: number;
}

/**
 * Report which connections to other browsers came about since the last report, and which did not.
 *
 * Not answered. Every 2 s at most. Only counted, by the operator's metrics.
 */
export interface IceReport {
  readonly t: "ice.report";
  /**
   * Of each one that came about: how many ms that took, from its beginning. At most 16 of them. Default:
   * [].
   */
  readonly setups?: readonly number[];
  /** How many times ICE found no way (RFC 8445, section 8.1.2), or none any more. 0 to 16. Default: 0. */
  readonly failed?: number;
}

/**
 * The PIN that a caller typed, as long as `ready.phone` says. Answer: `ok`, `error` or `moved`.
 *
 * Where the caller stands comes as `you`, followed by `inside` or `door`. The keys may be given as they were
 * pressed: `*` starts over, `#` ends, spaces and dashes are ignored.
 */
export interface Digits {
  readonly t: "digits";
  /** 1 to 4294967295. */
  readonly id: number;
  /** At most 32 characters. */
  readonly digits: string;
}

/** Ask whose sound comes with this ticket. Answer: `leg` or `error`. For the visit's bridge only. */
export interface TakeLeg {
  readonly t: "take.leg";
  /** 1 to 4294967295. */
  readonly id: number;
  /** 1 to 200 characters. */
  readonly ticket: string;
}

/** Let a waiting person in (D5). Answer: `ok` or `error`. */
export interface Admit {
  readonly t: "admit";
  /** 1 to 4294967295. */
  readonly id: number;
  /** 1 to 40 characters. */
  readonly op: string;
  /** At most 64 characters. */
  readonly seat: string;
  /** At most 64 characters. Default: "". */
  readonly visit?: string;
}

/** Turn a waiting person away (D5). Answer: `ok` or `error`. */
export interface Deny {
  readonly t: "deny";
  /** 1 to 4294967295. */
  readonly id: number;
  /** 1 to 40 characters. */
  readonly op: string;
  /** At most 64 characters. */
  readonly seat: string;
  /** At most 64 characters. Default: "". */
  readonly visit?: string;
}

/**
 * Put somebody out of the visit, who is no provider (D11). Answer: `ok` or `error`.
 *
 * Their personal invitation is revoked. If they came by the shared link or PIN, whoever comes by it from now
 * on waits for the provider.
 */
export interface Remove {
  readonly t: "remove";
  /** 1 to 4294967295. */
  readonly id: number;
  /** 1 to 40 characters. */
  readonly op: string;
  /** At most 64 characters. */
  readonly seat: string;
  /** At most 64 characters. Default: "". */
  readonly visit?: string;
}

/** Rename a guest. Answer: `ok` or `error`. */
export interface Rename {
  readonly t: "rename";
  /** 1 to 4294967295. */
  readonly id: number;
  /** 1 to 40 characters. */
  readonly op: string;
  /** At most 64 characters. */
  readonly seat: string;
  /** At most 4096 characters. */
  readonly name: string;
  /** At most 64 characters. Default: "". */
  readonly visit?: string;
}

/**
 * Ask somebody in the call to mute. Answer: `ok` or `error`.
 *
 * They get `asked`: a person at a browser decides, a dial-in client mutes the caller.
 */
export interface AskMute {
  readonly t: "ask.mute";
  /** 1 to 4294967295. */
  readonly id: number;
  /** 1 to 40 characters. */
  readonly op: string;
  /** At most 64 characters. */
  readonly seat: string;
  /** At most 64 characters. Default: "". */
  readonly visit?: string;
}

/**
 * Lock or unlock the visit. Answer: `ok` or `error`.
 *
 * While it is locked every new guest waits for the provider.
 */
export interface Lock {
  readonly t: "lock";
  /** 1 to 4294967295. */
  readonly id: number;
  /** 1 to 40 characters. */
  readonly op: string;
  readonly on: boolean;
  /** At most 64 characters. Default: "". */
  readonly visit?: string;
}

/** Move the visit's end by 5, 15 or 30 minutes (D2). Answer: `ok` or `error`. */
export interface Extend {
  readonly t: "extend";
  /** 1 to 4294967295. */
  readonly id: number;
  /** 1 to 40 characters. */
  readonly op: string;
  /** 0 to 1440. */
  readonly minutes: number;
  /** At most 64 characters. Default: "". */
  readonly visit?: string;
}

/** End the visit for everyone, for good (D1). Answer: `ok` or `error`. */
export interface Complete {
  readonly t: "complete";
  /** 1 to 4294967295. */
  readonly id: number;
  /** 1 to 40 characters. */
  readonly op: string;
  /** At most 64 characters. Default: "". */
  readonly visit?: string;
}

/**
 * Watch the waiting room of a day. Answer: `board` or `error`, then numbered changes.
 *
 * `day` is `YYYY-MM-DD` in the clinic's zone; left out it is today.
 * With the last position seen, missed changes are replayed (answer `ok`) if they are still kept. A socket
 * watches one day: the next `watch.board` ends the one before.
 */
export interface WatchBoard {
  readonly t: "watch.board";
  /** 1 to 4294967295. */
  readonly id: number;
  /** At most 10 characters. Default: "". */
  readonly day?: string;
  /** At most 64 characters. Default: "". */
  readonly stream?: string;
  /** 0 to 9007199254740991. Default: 0. */
  readonly seq?: number;
}

/**
 * Watch one visit's invitations (Visit Details). Answer: `details` or `error`.
 *
 * `details` comes again, with `id` 0, whenever they change. A socket watches one visit: the next
 * `watch.visit` ends the one before.
 */
export interface WatchVisit {
  readonly t: "watch.visit";
  /** 1 to 4294967295. */
  readonly id: number;
  /** At most 64 characters. */
  readonly visit: string;
}

/** Stop `watch.visit`. Answer: `ok`. */
export interface UnwatchVisit {
  readonly t: "unwatch.visit";
  /** 1 to 4294967295. */
  readonly id: number;
}

/** The request `id` was done; what it changed is saved. */
export interface Ok {
  readonly t: "ok";
  readonly id: number;
}

/**
 * The request `id` was refused: `code` is stable, `message` is one sentence for a person.
 *
 * `at` is a time that the code speaks of (when the visit opens, say), `retry_after_ms` when trying again
 * makes sense, `number` a telephone number to use instead, `tries_left` how many PIN tries are left. `id` 0:
 * not an answer to a request.
 */
export interface Error {
  readonly t: "error";
  readonly id: number;
  readonly code: string;
  readonly message: string;
  /** Default: 0. */
  readonly at?: number;
  /** Default: 0. */
  readonly retry_after_ms?: number;
  /** Default: "". */
  readonly number?: string;
  /** Default: 0. */
  readonly tries_left?: number;
}

/** We are here and had nothing to say for 3 s. A client that heard nothing for 7 s reconnects. */
export interface Beat {
  readonly t: "beat";
}

/**
 * The visit or the waiting room lives on another node: connect to `ws_url` and say the same hello.
 *
 * `ticket` stands in for the one that the hello used up. Said later than hello's answer, it asks for a new
 * hello.
 */
export interface Moved {
  readonly t: "moved";
  readonly ws_url: string;
  /** Default: "". */
  readonly ticket?: string;
}

/** The last message on this socket; the close code follows from `code`. */
export interface Bye {
  readonly t: "bye";
  readonly code: Farewell;
  readonly message: string;
  /** How long to wait before connecting again, after `restarting`. Default: 0. */
  readonly retry_after_ms?: number;
}

/**
 * The seat is yours. Keep `secret` for this tab: it alone resumes the seat.
 *
 * `resumed`: "new", "replay" (what was missed follows as numbered messages) or "state". Exactly one of
 * `inside` (in the call) and `door` (not let in) is given, except with "replay", which gives neither. `ice`
 * is given in the call only: who is let in later asks `get.ice`.
 */
export interface Ready {
  readonly t: "ready";
  readonly id: number;
  readonly visit: string;
  readonly seat: string;
  readonly secret: string;
  readonly role: Role;
  readonly name: string;
  readonly standing: Standing;
  /** The name of the seat's stream. */
  readonly stream: string;
  /** The position of this answer: the next numbered message is `seq` + 1. */
  readonly seq: number;
  /** The server's clock. */
  readonly now: number;
  readonly resumed: "new" | "replay" | "state";
  readonly inside?: Inside;
  readonly door?: Door;
  /** Default: []. */
  readonly ice?: readonly IceServer[];
}

/** A dashboard's socket is open. */
export interface ReadyStaff {
  readonly t: "ready.staff";
  readonly id: number;
  readonly user: string;
  readonly name: string;
  readonly role: string;
  /** The clinic's id. */
  readonly clinic: string;
  readonly now: number;
}

/**
 * A call's socket is open: ask the caller for the PIN of `length` digits, at most `tries` times.
 *
 * `clinic_phone` is for those who find no visit: the clinic's own number; "" where clinics share the dialled
 * one. `join` is what the nodes' logs call this call, for the log of whoever carries it; it says nothing of
 * who calls.
 */
export interface ReadyPhone {
  readonly t: "ready.phone";
  readonly id: number;
  readonly tries: number;
  readonly length: number;
  readonly now: number;
  /** Default: "". */
  readonly clinic_phone?: string;
  /** Default: "". */
  readonly join?: string;
}

/**
 * The visit's telephones are yours to carry; `seat` is the one whose ticket hello brought.
 *
 * `attending` are the seats whose browsers may be connected to; each of them offers.
 */
export interface ReadyBridge {
  readonly t: "ready.bridge";
  readonly id: number;
  readonly visit: string;
  readonly seat: string;
  readonly now: number;
  readonly attending: readonly string[];
  /** Default: []. */
  readonly ice?: readonly IceServer[];
}

/** The ticket is that of the telephone at this seat. */
export interface Leg {
  readonly t: "leg";
  readonly id: number;
  readonly seat: string;
}

/** For a bridge: whose browsers may be connected to, whole. Connections to all others end at once. */
export interface Attending {
  readonly t: "attending";
  readonly seats: readonly string[];
}

/**
 * For a telephone in the call: where its sound goes, and the ticket that says whose it is.
 *
 * Open a WebSocket to `url` with the subprotocol `vestibule.audio.v1` and the header `Authorization: Bearer`
 * and the ticket. Each binary message is 20 ms of G.711 mu-law at 8 kHz, 160 bytes, both ways; nothing else
 * is said.
 * Close code 4003 is a ticket that is not good any more; after any other connect again.
 */
export interface Audio {
  readonly t: "audio";
  readonly url: string;
  readonly ticket: string;
}

/** Fresh ICE servers; `ttl_ms` is how long their credentials live. */
export interface Ice {
  readonly t: "ice";
  readonly id: number;
  readonly servers: readonly IceServer[];
  readonly ttl_ms: number;
}

/**
 * What an invitation says (R3, R4): the shared link, the dial-in number, and the PIN's digits.
 *
 * The number is written as people read it, and so are `others`, the clinic's numbers in other countries; the
 * PIN is the same at each. Show its digits in three groups: three, three, and the rest.
 */
export interface Panel {
  readonly t: "panel";
  readonly id: number;
  readonly link: string;
  readonly number: string;
  readonly pin: string;
  /** When link and PIN expire. */
  readonly expires_at: number;
  /** Default: []. */
  readonly others?: readonly string[];
}

/**
 * The invitation was made, and is on its way where it was given an address.
 *
 * Its link, number and PIN are shown as `panel` shows the shared ones.
 */
export interface Invited {
  readonly t: "invited";
  readonly id: number;
  readonly invitation: string;
  readonly link: string;
  readonly number: string;
  readonly pin: string;
  readonly expires_at: number;
}

/**
 * The whole waiting room of a day; changes follow, numbered from `seq` + 1 on.
 *
 * `id` is 0 when it is nobody's answer: the clinic's zone changed, and so did what is this day.
 */
export interface Board {
  readonly t: "board";
  readonly id: number;
  readonly stream: string;
  readonly seq: number;
  /** The day it shows, `YYYY-MM-DD`. */
  readonly day: string;
  /** The clinic's zone, as in the IANA database. */
  readonly zone: string;
  readonly now: number;
  readonly rows: readonly BoardRow[];
}

/**
 * For a dashboard: whether it can be told who is there.
 *
 * While it is not `known`, the node does not reach the store, so another one may have the visits by now:
 * what is shown is what was known last. Said when that changes, and after a waiting room that is given
 * meanwhile.
 */
export interface Presence {
  readonly t: "presence";
  readonly known: boolean;
}

/** A visit's invitations, whole (`id` 0 when they changed by themselves). */
export interface Details {
  readonly t: "details";
  readonly id: number;
  readonly visit: string;
  readonly invitations: readonly InvitationInfo[];
  /** The patient's own, where there is an address to send it to. */
  readonly patient?: InvitationInfo;
}

/**
 * Another seat's `signal`.
 *
 * It has a name of its own, so that no tag is both a client's and a server's.
 */
export interface Relayed {
  readonly t: "relayed";
  /** Who sent it. */
  readonly seat: string;
  readonly data: string;
}

/**
 * The whole state of the call, for somebody who is in it.
 *
 * `peers` are those to offer a media connection to.
 */
export interface Inside {
  readonly t: "inside";
  readonly visit: VisitInfo;
  readonly seats: readonly Participant[];
  /** Default: []. */
  readonly peers?: readonly Peer[];
}

/** Your standing changed. "in" is followed at once by `inside`. */
export interface You {
  readonly t: "you";
  readonly standing: Standing;
  readonly why: Why;
  /** Your name, where it may be another than before; else what you had stays. Default: "". */
  readonly name?: string;
}

/** What those who are not let in see, changed: another time, running late, open now. */
export interface AtDoor {
  readonly t: "door";
  readonly door: Door;
}

/** A participant is new or changed; it replaces what was known of that seat. Announce `why`. */
export interface SeatChanged {
  readonly t: "seat";
  readonly seat: Participant;
  readonly why: Why;
}

/** The visit's own facts changed; it replaces what was known. */
export interface VisitChanged {
  readonly t: "visit";
  readonly visit: VisitInfo;
  readonly why: "started" | "warned" | "lapsed" | "extended" | "rescheduled" | "locked" | "unlocked" | "changed";
}

/** The provider asks you to mute. */
export interface Asked {
  readonly t: "asked";
  readonly what: "mute";
  /** The name of who asks. */
  readonly by: string;
}

/** The visit is over for everyone; `bye` follows. */
export interface Ended {
  readonly t: "ended";
  readonly status: Status;
  readonly message: string;
}

/**
 * A visit is new in this day's waiting room, or its facts changed.
 *
 * Its seats stay as known unless given.
 */
export interface RowChanged {
  readonly t: "board.row";
  readonly visit: VisitInfo;
  readonly seats?: readonly Participant[];
}

/** A participant of one visit is new or changed. */
export interface RowSeat {
  readonly t: "board.seat";
  readonly visit: string;
  readonly seat: Participant;
  readonly why: Why;
}

/** A visit no longer belongs to this day's waiting room. */
export interface RowGone {
  readonly t: "board.gone";
  readonly visit: string;
}

/** Every message of a client. */
export type FromClient =
  | HelloLink
  | HelloSeat
  | HelloStaff
  | HelloPhone
  | HelloBridge
  | Signal
  | Media
  | Leave
  | GetIce
  | GetPanel
  | Invite
  | Resend
  | Revoke
  | Quality
  | IceReport
  | Digits
  | TakeLeg
  | Admit
  | Deny
  | Remove
  | Rename
  | AskMute
  | Lock
  | Extend
  | Complete
  | WatchBoard
  | WatchVisit
  | UnwatchVisit;

/** Every message of ours. */
export type FromServer =
  | Ok
  | Error
  | Beat
  | Moved
  | Bye
  | Ready
  | ReadyStaff
  | ReadyPhone
  | ReadyBridge
  | Leg
  | Attending
  | Audio
  | Ice
  | Panel
  | Invited
  | Board
  | Presence
  | Details
  | Relayed
  | Inside
  | You
  | AtDoor
  | SeatChanged
  | VisitChanged
  | Asked
  | Ended
  | RowChanged
  | RowSeat
  | RowGone;

/** The messages that travel as `[seq, message]`. */
export type Numbered =
  | Inside
  | You
  | AtDoor
  | SeatChanged
  | VisitChanged
  | Asked
  | Ended
  | RowChanged
  | RowSeat
  | RowGone;

/** What arrives: a numbered message of a stream, or a bare one. */
export type Frame = [seq: number, message: Numbered] | Exclude<FromServer, Numbered>;

/** The two spellings. */
export const SUBPROTOCOLS = {
  MSGPACK: "vestibule.v1.msgpack",
  JSON: "vestibule.v1.json",
} as const;

/** Every refusal's sentence with its `{...}` parts open; show `error.message`, where they are filled. */
export const REFUSALS = {
  early: "You're early. Your visit opens at {at}.",
  link_over: "This link's time is over. Call the clinic{number}.",
  link_unknown: "This link doesn't work. Check the message you got, or call the clinic{number}.",
  link_revoked: "This link was withdrawn. Call the clinic{number}.",
  visit_over: "This visit has ended.",
  visit_full: "The visit is full. Ask your provider, or join by phone{number}.",
  already_open: "Already open on another device. Move here?",
  denied: "Your provider can't let you in right now. Call the clinic{number}.",
  removed: "Your provider ended your part in this visit. Call the clinic{number}.",
  bad_name: "Please type your name, up to 64 letters.",
  resume_refused: "You were away too long. Join again.",
  pin_wrong: "That PIN was not found. Please check it and try again.",
  pin_over: "That PIN's time is over. Call the clinic{number}.",
  pin_early: "You're early. Please call back at {at}.",
  number_unknown: "This number is not in service here.",
  tries_used: "That PIN was not found. Please call the clinic{number}.",
  not_allowed: "You can't do that in this visit.",
  no_such_visit: "That visit was not found.",
  time_over: "This visit's time is over. Extend it first.",
  not_yet: "Nobody can be let in before a provider is in the visit.",
  already_started: "Somebody is in this visit. Extend it, or complete it.",
  no_such_seat: "That person is no longer here.",
  no_such_invitation: "That invitation was not found.",
  not_waiting: "That person is not waiting.",
  not_in_call: "You can do that once you're in the call.",
  no_address: "There is no e-mail address or phone number to send it to.",
  just_sent: "That was sent a moment ago. Please wait a minute.",
  bad_address: "Please check this e-mail address or phone number.",
  phone_not_served: "We can't send text messages to that number.",
  opted_out: "That number asked for no more messages.",
  too_many_messages: "That's as many messages as can be sent for now. Please try again later.",
  no_such_letter: "That message was not found.",
  invites_off: "Inviting guests is switched off for this clinic.",
  too_many_invitations: "This visit has as many invitations as it can have.",
  bad_time: "Please choose an end after the start, at most 24 hours later.",
  bad_minutes: "A visit can be extended by 5, 15 or 30 minutes.",
  email_taken: "Somebody has this e-mail address already.",
  last_admin: "The clinic needs an administrator. Make somebody else one first.",
  not_yourself: "You can't do that to your own account. Ask another administrator.",
  no_such_person: "That person was not found.",
  person_disabled: "This account is switched off. Switch it on first.",
  welcome_refused: "This link doesn't work any more. Ask your administrator for a new one.",
  operators_key: "Your operator gave this key. Ask them to withdraw it.",
  op_reused: "That request was already used by somebody else. Please reload the page.",
  try_later: "We can't save that right now. Please try again in a moment.",
  busy: "Too many requests at once. Please wait a moment.",
  bad_message: "That message was not understood.",
  bad_request: "Something in the request is missing or wrong.",
  hello_first: "Say hello first.",
  ticket_refused: "That ticket is used up or too old. Please reload the page.",
  key_refused: "That key does not allow this.",
  sign_in: "Please sign in.",
  sign_in_refused: "That e-mail address and password don't match. Please try again.",
  sign_in_slow: "Too many tries. Please wait {seconds} seconds and try again.",
  origin_refused: "This page may not connect here.",
} as const;

/** A refusal's code; unknown ones may come. */
export type RefusalCode = keyof typeof REFUSALS;

/** Why a socket was closed. */
export const CLOSE = {
  DONE: 1000,
  GOING_AWAY: 1001,
  PROTOCOL_ERROR: 1002,
  WRONG_FRAME: 1003,
  NOT_UNDERSTOOD: 1007,
  FLOODED: 1008,
  TOO_BIG: 1009,
  FAILED: 1011,
  RESTARTING: 1012,
  SILENT: 4000,
  REFUSED: 4001,
  REPLACED: 4002,
  REVOKED: 4004,
} as const;

/**
 * What to do after a close: "stop", connect "again", 5 s "later", or as the reason's `retry=<seconds>`
 * says ("hint"). For any other code, 1006 say: again.
 */
export const AFTER_CLOSE = {
  1000: "stop",
  1001: "again",
  1002: "later",
  1003: "later",
  1007: "later",
  1008: "later",
  1009: "later",
  1011: "again",
  1012: "hint",
  4000: "again",
  4001: "stop",
  4002: "stop",
  4004: "stop",
} as const;

/** Bytes, counts, milliseconds. */
export const LIMITS = {
  maxMessage: 65536,
  maxOutstanding: 64,
  helloWithinMs: 5000,
  beatAfterMs: 3000,
  giveUpAfterMs: 7000,
  replayMs: 120000,
  replayEvents: 500,
} as const;
