"""What Janus is asked, and what it says: its JSON protocol over a WebSocket, one session for each connection.

Transactions tie answers to questions; most questions to a plugin are acknowledged first and answered by an
event later. Whatever comes without a transaction is news of a handle.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from msgspec import DecodeError, Struct, field
from msgspec import json as spelled

from gateway.media.bridge.backend import Unable
from gateway.websocket.client import Client, Closed

SUBPROTOCOL: Final = "janus-protocol"
PLUGIN: Final = "janus.plugin.audiobridge"
ANSWERS_WITHIN: Final = 3.0
"""Seconds for an answer; Janus is near, and does one thing at a time for each handle."""
CLOSES_WITHIN: Final = 1.0
"""Seconds that what was begun may take at the session's end."""
LOOKS_EVERY: Final = 5.0
"""Seconds between two questions whether it is alive; they keep the session too."""

Body = Mapping[str, object]
News = Callable[[str], None]
"""Takes the kind of what happened to a handle: `hangup`, `detached`, ..."""


class Jsep(Struct):
    """An offer or an answer."""

    type: str
    sdp: str


class _Inner(Struct):
    data: dict[str, Any] = {}


class _Error(Struct):
    code: int = 0
    reason: str = ""


class Said(Struct):
    """A message of Janus's."""

    janus: str
    transaction: str = ""
    sender: int = 0
    data: dict[str, Any] = {}
    plugin: _Inner = field(default_factory=_Inner, name="plugindata")
    jsep: Jsep | None = None
    error: _Error | None = None


_READ: Final = spelled.Decoder(Said)


@dataclass(frozen=True, slots=True)
class _Question:
    answer: asyncio.Future[Said]
    done: bool
    """Whether an acknowledgement is all that is wanted."""


class Session:
    """A session at a Janus, for as long as the connection lasts. Make it by `begin`."""

    def __init__(self, client: Client, secret: str) -> None:
        self._client, self._secret = client, secret
        self._id = 0
        self._asked: dict[str, _Question] = {}
        self._handles: dict[int, Handle] = {}
        self._own: list[asyncio.Task[None]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._over = asyncio.Event()

    @classmethod
    async def begin(cls, client: Client, secret: str) -> Session:
        """Open a session on a connection. Raises Unable."""
        session, start = cls(client, secret), asyncio.get_running_loop().create_task
        session._own.append(start(session._listen()))
        try:
            session._id = int((await session.ask("create")).data["id"])
        except BaseException:
            await session.close()
            raise
        session._own.append(start(session._look()))
        return session

    async def attach(self, news: News) -> Handle:
        """Come to the AudioBridge once more: as one participant, or as who makes rooms. Raises Unable."""
        said = await self.ask("attach", {"plugin": PLUGIN})
        handle = self._handles[int(said.data["id"])] = Handle(self, int(said.data["id"]), news)
        return handle

    async def lost(self) -> None:
        """Wait until the connection is over, or Janus answers no more."""
        await self._over.wait()

    async def close(self) -> None:
        """End the session, and with it all of its handles."""
        if self._tasks and not self._over.is_set():
            await asyncio.wait(self._tasks, timeout=CLOSES_WITHIN)
        if self._id:
            with suppress(Unable):
                await self.ask("destroy")
        for task in (*self._tasks, *self._own):
            task.cancel()
        await self._client.close()
        self._end()

    def start(self, work: asyncio._CoroutineLike[None]) -> None:
        """Do something that nobody waits for; the session's end waits for it a moment."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def ask(self, what: str, more: Body | None = None, *, handle: int = 0, done: bool = False) -> Said:
        """Ask, and wait for the answer; `done`: an acknowledgement is one. Raises Unable."""
        if self._over.is_set():
            raise Unable("away")
        transaction = secrets.token_hex(8)
        message = {"janus": what, "transaction": transaction, **(more or {})}
        message |= {"apisecret": self._secret} if self._secret else {}
        message |= {"session_id": self._id} if self._id else {}
        message |= {"handle_id": handle} if handle else {}
        answer: asyncio.Future[Said] = asyncio.get_running_loop().create_future()
        self._asked[transaction] = _Question(answer, done)
        try:
            await self._client.say(spelled.encode(message).decode())
            async with asyncio.timeout(ANSWERS_WITHIN):
                said = await answer
        except (Closed, TimeoutError) as error:
            raise Unable(type(error).__name__) from None
        finally:
            self._asked.pop(transaction, None)
        if said.error is not None:
            raise Unable(said.error.reason)
        return said

    def forget(self, handle: int) -> None:
        """A handle is gone."""
        self._handles.pop(handle, None)

    # ------------------------------------------------------------ in itself

    async def _listen(self) -> None:
        try:
            while True:
                with suppress(DecodeError):
                    self._take(_READ.decode(await self._client.hear()))
        except Closed:
            self._end()

    def _take(self, said: Said) -> None:
        question = self._asked.get(said.transaction)
        if question is not None:
            if (said.janus != "ack" or question.done) and not question.answer.done():
                question.answer.set_result(said)
        elif said.janus == "timeout":
            self._end()
        elif said.sender in self._handles:
            self._handles[said.sender].news(said.janus)

    async def _look(self) -> None:
        """See that it is alive; one that stands still is as good as dead."""
        with suppress(Unable):
            while True:
                await asyncio.sleep(LOOKS_EVERY)
                await self.ask("keepalive", done=True)
        self._end()

    def _end(self) -> None:
        self._over.set()
        for question in self._asked.values():
            if not question.answer.done():
                question.answer.set_result(Said("error", error=_Error(reason="away")))


class Handle:
    """One participant of a room, or who makes rooms."""

    def __init__(self, session: Session, ident: int, news: News) -> None:
        self._session, self._id, self.news = session, ident, news

    async def ask(self, body: Body, offer: str = "") -> Said:
        """Ask the AudioBridge, with an SDP offer if there is one. Raises Unable."""
        jsep = {"jsep": {"type": "offer", "sdp": offer}} if offer else {}
        said = await self._session.ask("message", {"body": body, **jsep}, handle=self._id)
        if (code := said.plugin.data.get("error_code")) is not None:
            raise Unable(f"AudioBridge {code}")
        return said

    async def trickle(self, candidate: Body) -> None:
        """Hand one of the browser's ICE candidates on."""
        with suppress(Unable):
            await self._session.ask("trickle", {"candidate": candidate}, handle=self._id, done=True)

    def detach(self) -> None:
        """Let it go, and whatever it held; nobody waits for that."""
        self._session.forget(self._id)
        self._session.start(self._detached())

    async def _detached(self) -> None:
        with suppress(Unable):
            await self._session.ask("detach", handle=self._id)
