"""What we measure ourselves against: a room server as one writes it with `websockets` and `json`.

`python -m load_tests.rooms_baseline` listens on a free port of 127.0.0.1, prints the port, and serves until
it is stopped. It does in memory what a visit does: rooms with a PIN, joining by token, a wrong PIN refused,
presence told to the members and to the clinic's dashboard, relay to one member, leaving. Nothing is saved,
nothing is sealed, nothing is limited but the room's size. Messages are named and filled as in
docs/protocol.md, so that both servers tell their clients the same.
"""

import json
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

MAX_MESSAGE: Final = 64 * 1024
MEMBERS_AT_MOST: Final = 6
PIN_TRIES: Final = 3

Fields = dict[str, Any]


def _now() -> int:
    return int(time.time() * 1000)


@dataclass
class Member:
    """Somebody in a room."""

    seat: str
    role: str
    name: str
    socket: ServerConnection
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    since: int = field(default_factory=_now)

    def shown(self, standing: str = "in", link: str = "ok") -> Fields:
        """As others see it."""
        return {
            "seat": self.seat,
            "role": self.role,
            "name": self.name,
            "standing": standing,
            "link": link,
            "page": self.seat,
            "since": self.since,
        }


@dataclass
class Room:
    """One visit."""

    id: str
    clinic: str
    patient: str
    start: int
    end: int
    pin: str = field(default_factory=lambda: f"{secrets.randbelow(10**10):010}")
    tokens: dict[str, str] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)

    def shown(self) -> Fields:
        """As those in the call see it."""
        return {
            "visit": self.id,
            "status": "in_progress",
            "start": self.start,
            "end": self.end,
            "lapses_at": self.end,
            "zone": "UTC",
            "clinic": self.clinic,
            "patient": self.patient,
            "providers": ["Dr. Amara Osei"],
        }


class Rooms:
    """All rooms of the server."""

    def __init__(self) -> None:
        self._by_token: dict[str, tuple[Room, str]] = {}
        self._by_pin: dict[str, Room] = {}
        self._watching: dict[str, set[ServerConnection]] = {}
        self._answers: dict[str, Callable[[Guest, Fields], Awaitable[None]]] = {
            "create": self._create,
            "watch": self._watch,
            "hello.link": self._join,
            "digits": self._digits,
            "signal": self._relay,
            "leave": self._leave,
        }

    async def serve(self, socket: ServerConnection) -> None:
        """Talk to one connection until it is gone."""
        guest = Guest(socket)
        try:
            async for text in socket:
                message = json.loads(text)
                await self._answers[message["t"]](guest, message)
        except ConnectionClosed:
            pass  # gone without a word
        finally:
            self._gone(guest, "lost")

    async def _create(self, guest: "Guest", message: Fields) -> None:
        now = _now()
        room = Room(secrets.token_hex(8), message["clinic"], message["patient"], now, now + 3_600_000)
        for role in ("provider", "patient", "guest"):
            room.tokens[role] = token = secrets.token_urlsafe(16)
            self._by_token[token] = (room, role)
        self._by_pin[room.pin] = room
        await guest.say({"t": "created", "visit": room.id, "tokens": room.tokens, "pin": room.pin})

    async def _watch(self, guest: "Guest", message: Fields) -> None:
        guest.clinic = message["clinic"]
        self._watching.setdefault(guest.clinic, set()).add(guest.socket)
        await guest.say({"t": "board", "id": message["id"], "now": _now()})

    async def _join(self, guest: "Guest", message: Fields) -> None:
        known = self._by_token.get(message["token"])
        if known is None:
            await guest.refuse(message, "link_unknown")
            return
        await self._seat(guest, message, *known, message.get("name", ""))

    async def _digits(self, guest: "Guest", message: Fields) -> None:
        room = self._by_pin.get(message["digits"])
        if room is not None:
            await self._seat(guest, message, room, "phone", "Phone guest")
            return
        guest.tries += 1
        await guest.refuse(message, "pin_wrong" if guest.tries < PIN_TRIES else "tries_used")

    async def _seat(self, guest: "Guest", message: Fields, room: Room, role: str, name: str) -> None:
        now = _now()
        if now >= room.end:
            await guest.refuse(message, "link_over")
        elif len(room.members) >= MEMBERS_AT_MOST:
            await guest.refuse(message, "visit_full")
        elif role == "guest" and not 1 <= len(name.strip()) <= 64:
            await guest.refuse(message, "bad_name")
        else:
            called = room.patient if role == "patient" else name.strip()
            member = Member(secrets.token_hex(5), role, called, guest.socket)
            await self._welcome(guest, message, room, member)

    async def _welcome(self, guest: "Guest", message: Fields, room: Room, member: Member) -> None:
        peers = [{"seat": other.seat, "page": other.seat} for other in room.members.values()]
        guest.room, guest.member = room, member
        room.members[member.seat] = member
        await guest.say(
            {
                "t": "ready",
                "id": message["id"],
                "visit": room.id,
                "seat": member.seat,
                "secret": member.secret,
                "role": member.role,
                "name": member.name,
                "standing": "in",
                "now": _now(),
                "resumed": "new",
                "inside": {
                    "t": "inside",
                    "visit": room.shown(),
                    "seats": [other.shown() for other in room.members.values()],
                    "peers": peers,
                },
            }
        )
        self._tell(room, member, {"seat": member.shown(), "why": "joined"})

    async def _relay(self, guest: "Guest", message: Fields) -> None:
        if guest.room is None or guest.member is None:
            return
        target = guest.room.members.get(message["to"])
        if target is not None:
            relayed = {"t": "relayed", "seat": guest.member.seat, "data": message["data"]}
            await target.socket.send(json.dumps(relayed))

    async def _leave(self, guest: "Guest", message: Fields) -> None:
        self._gone(guest, "left")
        await guest.say({"t": "ok", "id": message["id"]})
        await guest.socket.close()

    def _gone(self, guest: "Guest", why: str) -> None:
        self._watching.get(guest.clinic, set()).discard(guest.socket)
        room, member = guest.room, guest.member
        guest.room = guest.member = None
        if room is not None and member is not None:
            del room.members[member.seat]
            self._tell(room, member, {"seat": member.shown("left", "none"), "why": why})
            if why == "left" and not room.members:
                self._end(room)

    def _end(self, room: Room) -> None:
        for token in room.tokens.values():
            self._by_token.pop(token, None)
        self._by_pin.pop(room.pin, None)

    def _tell(self, room: Room, about: Member, change: Fields) -> None:
        """Tell the others in the room, and the clinic's dashboards."""
        others = [member.socket for member in room.members.values() if member is not about]
        broadcast(others, json.dumps({"t": "seat", **change}))
        watching = self._watching.get(room.clinic, ())
        broadcast(watching, json.dumps({"t": "board.seat", "visit": room.id, **change}))


@dataclass
class Guest:
    """One connection."""

    socket: ServerConnection
    room: Room | None = None
    member: Member | None = None
    clinic: str = ""
    tries: int = 0

    async def say(self, message: Fields) -> None:
        """Send one message."""
        await self.socket.send(json.dumps(message))

    async def refuse(self, message: Fields, code: str) -> None:
        """Answer a request with a refusal."""
        await self.say({"t": "error", "id": message["id"], "code": code, "message": "That did not work."})


async def main() -> None:
    """Serve on a free port, without compression, which would cost it more."""
    rooms = Rooms()
    async with serve(
        rooms.serve, "127.0.0.1", 0, compression=None, max_size=MAX_MESSAGE, backlog=1024
    ) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
