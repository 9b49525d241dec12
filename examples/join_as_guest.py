#!/usr/bin/env python3
"""Join a visit as a guest, and print one JSON line for each thing that happens.

    python examples/join_as_guest.py GUEST_URL --name NAME [--seconds N]

Written from docs/protocol.md alone; needs nothing but the `websockets` package. Every line has an `event`:
`connected` (and to which path), `lost` (and the seconds until the next try), or the server's own message
name; `seq` stands beside what is numbered. Goes where `moved` sends it, and back to the link's own server
when that does not answer. Ends by itself when the visit does, when it is refused, or after N seconds by
leaving. Exit status: 0 left or ended, 1 refused, 2 the link cannot be read.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import re
import secrets
import sys
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

HEARD_NOTHING = 7.0
"""Seconds of silence after which the connection counts as lost."""
MOST_MOVES = 5
"""How often in a row one is sent elsewhere, before it is better to wait a little."""
FINAL_CLOSES = {1000, 4001, 4002, 4004}
"""Close codes after which a person has to decide, not a program."""
SLOW_CLOSES = {1002, 1003, 1007, 1008, 1009}
"""Close codes after which one comes back no sooner than in 5 s."""


def emit(event: str, **fields: object) -> None:
    """Print one event as one line."""
    print(json.dumps({"event": event, **fields}, ensure_ascii=False), flush=True)


def read_link(link: str) -> tuple[str, str]:
    """Give the socket's address and the token that a guest's link holds."""
    parts = urlsplit(re.sub("%23", "#", link, count=1))
    if parts.scheme not in ("http", "https") or not parts.netloc or not parts.fragment:
        raise ValueError("that is no guest link: it looks like https://HOST/j#TOKEN")
    return f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}/ws", parts.fragment


class Guest:
    """One guest: the seat, the position in its stream, and how to come back."""

    def __init__(self, token: str, name: str) -> None:
        self.page = secrets.token_hex(8)
        self.join = {"t": "hello.link", "token": token, "name": name, "op": secrets.token_hex(8)}
        self.seat: dict[str, Any] = {}
        self.stream, self.seq = "", 0
        self.requests = 0
        self.socket: ClientConnection | None = None
        self.status: int | None = None
        """How the program ends, once it is over."""
        self.answered = False
        """Whether the connection said anything."""
        self.moved_to = ""
        self.moves = 0
        self.later = 0.0
        """Seconds that the server asked to wait."""

    def hello(self) -> dict[str, Any]:
        """The first message of a connection: join, or resume the seat at the last position."""
        if not self.seat:
            return self.request(self.join | {"page": self.page})
        again = {"t": "hello.seat", "stream": self.stream, "seq": self.seq, "page": self.page}
        return self.request(again | {key: self.seat[key] for key in ("visit", "seat", "secret")})

    def request(self, message: dict[str, Any]) -> dict[str, Any]:
        """Number a request."""
        self.requests += 1
        return message | {"id": self.requests}

    def take(self, heard: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
        """Take in what the server said; False when the connection is of no more use: a message is missing
        before this one, so that we must resume, or it sends us elsewhere, or asks us to come later.
        """
        self.answered = True
        if isinstance(heard, list):
            seq, message = heard
            if seq != self.seq + 1:
                return False
            self.seq = seq
            emit(message.pop("t"), seq=seq, **message)
            return True
        kind = heard.pop("t")
        if kind == "ready":
            self.seat = {key: heard[key] for key in ("visit", "seat", "secret")}
            self.stream, self.seq, self.moves = heard["stream"], heard.get("seq", 0), 0
            heard = {key: value for key, value in heard.items() if key not in ("secret", "ice")}
        elif kind == "error":
            self.refused(heard)
        elif kind == "moved":
            self.moved_to = heard["ws_url"]
        elif kind == "bye" and heard["code"] != "restarting":
            self.status = 0
        if kind != "beat":
            emit(kind, **heard)
        return not self.moved_to and not self.later

    def refused(self, error: dict[str, Any]) -> None:
        """Judge a refusal: some say only that it is too early to say anything else."""
        if error["code"] == "resume_refused":
            self.seat = {}
        elif error.get("retry_after_ms"):
            self.later = error["retry_after_ms"] / 1000
        else:
            self.status = 1


async def converse(socket: ClientConnection, guest: Guest) -> None:
    """Say hello, then listen until the connection is lost or it is over."""
    await socket.send(json.dumps(guest.hello()))
    while guest.status is None:
        async with asyncio.timeout(HEARD_NOTHING):
            heard = json.loads(await socket.recv())
        if not guest.take(heard):
            return


def next_address(address: str, home: str, guest: Guest) -> tuple[str, bool]:
    """Where to connect next, and whether at once: where we were sent, unless nodes send us around in a
    circle; and home from an address that does not answer.
    """
    moved_to, guest.moved_to = guest.moved_to, ""
    if not moved_to:
        return (address if guest.answered else home), False
    guest.moves += 1
    if guest.moves <= MOST_MOVES:
        return moved_to, True
    guest.moves = 0
    return home, False


async def stay(home: str, guest: Guest) -> None:
    """Keep the seat through every loss, waiting longer each time."""
    longest, address = 0.5, home
    while guest.status is None:
        guest.answered, guest.later = False, 0.0
        wait = random.uniform(0, longest)  # noqa: S311 - spreads clients, hides nothing
        began = asyncio.get_running_loop().time()
        try:
            async with connect(
                address, subprotocols=[Subprotocol("vestibule.v1.json")], compression=None, close_timeout=1
            ) as socket:
                emit("connected", path=urlsplit(address).path)
                guest.socket = socket
                await converse(socket, guest)
        except ConnectionClosed as closed:
            code, reason = (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")
            if code in FINAL_CLOSES and guest.status is None:
                guest.status = 0
            hint = re.fullmatch(r"retry=([0-9.]+)", reason)
            wait += float(hint[1]) if hint else 5.0 if code in SLOW_CLOSES else 0.0
            if asyncio.get_running_loop().time() - began > 10:
                longest = 0.5
        except InvalidStatus as refused:
            after = refused.response.headers.get("Retry-After", "")
            guest.later = float(after) if after.isdigit() else 0.0
        except TimeoutError:
            guest.answered = False  # it did, and fell silent
        except (OSError, InvalidHandshake):
            pass  # nobody answered: the event "lost" says so below, and the next try follows
        address, at_once = next_address(address, home, guest)
        wait += guest.later
        if guest.status is None and not at_once:
            emit("lost", again_in_seconds=round(wait, 1))
            await asyncio.sleep(wait)
            longest = min(15.0, longest * 2)


async def visit(address: str, guest: Guest, seconds: float | None) -> int:
    """Stay until it is over, or leave after `seconds`."""
    staying = asyncio.create_task(stay(address, guest))
    done, _ = await asyncio.wait([staying], timeout=seconds)
    if not done:
        if guest.socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await guest.socket.send(json.dumps(guest.request({"t": "leave"})))
                await asyncio.wait([staying], timeout=5)
        staying.cancel()
        return 0
    await staying
    return guest.status or 0


def main() -> int:
    """Read the command line and join."""
    parser = argparse.ArgumentParser(description="Join a visit as a guest.")
    parser.add_argument("link", metavar="GUEST_URL", help="the guest's link, https://HOST/j#TOKEN")
    parser.add_argument("--name", required=True, help="the name that the others see")
    parser.add_argument("--seconds", type=float, default=None, help="leave after so many seconds")
    asked = parser.parse_args()
    try:
        address, token = read_link(asked.link)
    except ValueError as wrong:
        print(wrong, file=sys.stderr)
        return 2
    return asyncio.run(visit(address, Guest(token, asked.name), asked.seconds))


if __name__ == "__main__":
    sys.exit(main())
