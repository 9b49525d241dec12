// The other thing we measure ourselves against: the same room server as one writes it for Node.js with `ws`.
//
// It listens on a free port of 127.0.0.1, prints the port, and serves until it is stopped. It does what
// rooms_baseline.py does, message by message: rooms with a PIN, joining by token, a wrong PIN refused, presence
// told to the members and to the clinic's dashboard, relay to one member, leaving. Nothing is saved.

"use strict";

const { randomBytes, randomInt } = require("node:crypto");
const { WebSocketServer } = require("ws");

const MAX_MESSAGE = 64 * 1024;
const MEMBERS_AT_MOST = 6;
const PIN_TRIES = 3;
const HOUR_MS = 3_600_000;

const byToken = new Map();
const byPin = new Map();
const watching = new Map();

const say = (guest, message) => guest.socket.send(JSON.stringify(message));
const refuse = (guest, { id }, code) => say(guest, { t: "error", id, code, message: "That did not work." });

const shown = (member, standing = "in", link = "ok") => ({
  seat: member.seat,
  role: member.role,
  name: member.name,
  standing,
  link,
  page: member.seat,
  since: member.since,
});

const shownRoom = (room) => ({
  visit: room.id,
  status: "in_progress",
  start: room.start,
  end: room.end,
  lapses_at: room.end,
  zone: "UTC",
  clinic: room.clinic,
  patient: room.patient,
  providers: ["Dr. Amara Osei"],
});

/** Tell the others in the room, and the clinic's dashboards. */
function tell(room, about, change) {
  const toOthers = JSON.stringify({ t: "seat", ...change });
  for (const member of room.members.values()) if (member !== about) member.socket.send(toOthers);
  const toDashboards = JSON.stringify({ t: "board.seat", visit: room.id, ...change });
  for (const socket of watching.get(room.clinic) ?? []) socket.send(toDashboards);
}

function seat(guest, message, room, role, name) {
  const now = Date.now();
  const typed = name.trim();
  if (now >= room.end) return refuse(guest, message, "link_over");
  if (room.members.size >= MEMBERS_AT_MOST) return refuse(guest, message, "visit_full");
  if (role === "guest" && (typed.length < 1 || typed.length > 64)) return refuse(guest, message, "bad_name");
  const member = {
    seat: randomBytes(5).toString("hex"),
    role,
    name: role === "patient" ? room.patient : typed,
    socket: guest.socket,
    secret: randomBytes(16).toString("base64url"),
    since: now,
  };
  const peers = Array.from(room.members.values(), (other) => ({ seat: other.seat, page: other.seat }));
  guest.room = room;
  guest.member = member;
  room.members.set(member.seat, member);
  say(guest, {
    t: "ready",
    id: message.id,
    visit: room.id,
    seat: member.seat,
    secret: member.secret,
    role,
    name: member.name,
    standing: "in",
    now,
    resumed: "new",
    inside: {
      t: "inside",
      visit: shownRoom(room),
      seats: Array.from(room.members.values(), (other) => shown(other)),
      peers,
    },
  });
  tell(room, member, { seat: shown(member), why: "joined" });
}

function gone(guest, why) {
  watching.get(guest.clinic)?.delete(guest.socket);
  const { room, member } = guest;
  guest.room = guest.member = null;
  if (!room) return;
  room.members.delete(member.seat);
  tell(room, member, { seat: shown(member, "left", "none"), why });
  if (why === "left" && room.members.size === 0) {
    for (const token of Object.values(room.tokens)) byToken.delete(token);
    byPin.delete(room.pin);
  }
}

const answers = {
  create(guest, { clinic, patient }) {
    const start = Date.now();
    const room = {
      id: randomBytes(8).toString("hex"),
      clinic,
      patient,
      start,
      end: start + HOUR_MS,
      pin: String(randomInt(10 ** 10)).padStart(10, "0"),
      tokens: {},
      members: new Map(),
    };
    for (const role of ["provider", "patient", "guest"]) {
      const token = randomBytes(16).toString("base64url");
      room.tokens[role] = token;
      byToken.set(token, { room, role });
    }
    byPin.set(room.pin, room);
    say(guest, { t: "created", visit: room.id, tokens: room.tokens, pin: room.pin });
  },

  watch(guest, { id, clinic }) {
    guest.clinic = clinic;
    if (!watching.has(clinic)) watching.set(clinic, new Set());
    watching.get(clinic).add(guest.socket);
    say(guest, { t: "board", id, now: Date.now() });
  },

  "hello.link"(guest, message) {
    const known = byToken.get(message.token);
    if (!known) return refuse(guest, message, "link_unknown");
    seat(guest, message, known.room, known.role, message.name ?? "");
  },

  digits(guest, message) {
    const room = byPin.get(message.digits);
    if (room) return seat(guest, message, room, "phone", "Phone guest");
    guest.tries += 1;
    refuse(guest, message, guest.tries < PIN_TRIES ? "pin_wrong" : "tries_used");
  },

  signal(guest, { to, data }) {
    const target = guest.room?.members.get(to);
    if (target) target.socket.send(JSON.stringify({ t: "relayed", seat: guest.member.seat, data }));
  },

  leave(guest, { id }) {
    gone(guest, "left");
    say(guest, { t: "ok", id });
    guest.socket.close();
  },
};

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, maxPayload: MAX_MESSAGE, backlog: 1024 });

server.on("connection", (socket) => {
  const guest = { socket, room: null, member: null, clinic: "", tries: 0 };
  socket.on("message", (data) => {
    const message = JSON.parse(data);
    answers[message.t](guest, message);
  });
  socket.on("close", () => gone(guest, "lost"));
  socket.on("error", () => {}); // a close follows
});

server.on("listening", () => console.log(server.address().port));
