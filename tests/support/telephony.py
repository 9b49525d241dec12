"""A telephony company, as far as our numbers see it: it signs webhooks and streams calls. It is made of
`websockets`, `httpx` and the vendor's own validator alone, so that it checks ours.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import wave
from array import array
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any, Final, Self
from xml.etree import ElementTree as ET

import httpx
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from gateway.dialin.g711 import decode, encode
from gateway.dialin.leg import FRAME, RATE
from gateway.dialin.process import Serving, serve_until
from gateway.dialin.prompts import texts
from gateway.settings import Settings
from languages import languages
from tests.support.node import House

TOKEN: Final = "the telephony's auth token"
PUBLIC: Final = "https://dialin.example.test"
"""Where the telephony thinks that we are: what it signs."""
PATIENCE: Final = 10.0
_calls = count(1)


def call_id() -> str:
    """Make a call's id, as the vendor's look like."""
    return f"CA{next(_calls):032x}"


@dataclass(slots=True)
class Telephony:
    """The company: it knows our public address, and its own secret."""

    port: int
    running: Serving | None = field(repr=False)
    number: str
    token: str = TOKEN
    streams: list[Caller] = field(default_factory=list)

    @property
    def serving(self) -> Serving:
        """The dial-in, if it runs in this process."""
        assert self.running is not None
        return self.running

    def later(self, here: House, **passed: float) -> None:
        """Let time pass, for the visits and for those who call."""
        here.later(**passed)
        self.serving.service.tend()

    @property
    def _validator(self) -> RequestValidator:
        return RequestValidator(self.token)

    async def post(
        self, path: str, form: Mapping[str, str], *, signature: str | None = None
    ) -> httpx.Response:
        """Make a signed webhook."""
        signed = self._validator.compute_signature(f"{PUBLIC}{path}", dict(form))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", trust_env=False) as client:
            return await client.post(
                path,
                data=dict(form),
                headers={"X-Twilio-Signature": signed if signature is None else signature},
            )

    def form(self, call: str, caller: str = "+15550199", **fields: str) -> dict[str, str]:
        """What every webhook of a call says."""
        return {
            "CallSid": call,
            "AccountSid": "AC1",
            "From": caller,
            "To": self.number,
            "CallStatus": "in-progress",
            **fields,
        }

    async def rings(self, call: str, caller: str = "+15550199") -> ET.Element:
        """Tell of a call; give the instructions."""
        answer = await self.post("/dialin/telephony/answer", self.form(call, caller))
        assert answer.status_code == 200, answer.text
        return ET.fromstring(answer.text)  # noqa: S314 - our own answer

    async def gathered(self, call: str, digits: str, caller: str = "+15550199") -> str:
        """Tell what was typed; give the ticket of the stream that is to be opened."""
        answer = await self.post("/dialin/telephony/pin", self.form(call, caller, Digits=digits))
        assert answer.status_code == 200, answer.text
        stream = ET.fromstring(answer.text).find("Connect/Stream")  # noqa: S314
        assert stream is not None, answer.text
        assert stream.get("url") == "wss://dialin.example.test/dialin/telephony/stream"
        parameter = stream.find("Parameter")
        assert parameter is not None
        return parameter.get("value", "")

    async def stream(
        self, call: str, ticket: str, *, signature: str | None = None, start: bool = True, **changes: Any
    ) -> Caller:
        """Open the stream of a call, and start it."""
        path = "/dialin/telephony/stream"
        signed = self._validator.compute_signature(f"wss://dialin.example.test{path}", {})
        socket = await connect(
            f"ws://127.0.0.1:{self.port}{path}",
            additional_headers={"X-Twilio-Signature": signed if signature is None else signature},
            compression=None,
            ping_interval=None,
        )
        caller = Caller(socket, call)
        self.streams.append(caller)
        if start:
            await caller.begin(ticket, **changes)
        return caller

    async def calls(self, digits: str = "", caller: str = "+15550199", call: str = "") -> Caller:
        """Make a whole call: ring, type at the greeting, be connected."""
        call = call or call_id()
        await self.rings(call, caller)
        return await self.stream(call, await self.gathered(call, digits, caller))


class Caller:
    """One call's stream, with a person at its end who hears all that is played, in real time or at once."""

    def __init__(self, socket: ClientConnection, call: str) -> None:
        self.socket = socket
        self.call = call
        self.sid = f"MZ{call[2:]}"
        self.heard = b""
        """All sound that came; a prompt that was cleared stays in it."""
        self.marks: list[str] = []
        self.cleared = 0
        self.holds_marks = False
        """Whether prompts go on playing: no mark is given back."""
        self._sequence = 0
        self._news = asyncio.Condition()
        self._ended = False
        self._reader = asyncio.create_task(self._read())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    # ------------------------------------------------------------ saying

    async def begin(self, ticket: str, *, encoding: str = "audio/x-mulaw", call: str = "") -> None:
        """Say `connected` and `start`."""
        await self.say({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        await self.event(
            "start",
            start={
                "accountSid": "AC1",
                "streamSid": self.sid,
                "callSid": call or self.call,
                "tracks": ["inbound"],
                "mediaFormat": {"encoding": encoding, "sampleRate": 8000, "channels": 1},
                "customParameters": {"ticket": ticket},
            },
        )

    async def event(self, event: str, *, number: int | None = None, **fields: Any) -> None:
        """Say one event, with the next number or a given one."""
        self._sequence += 1
        number = self._sequence if number is None else number
        await self.say({"event": event, "sequenceNumber": str(number), "streamSid": self.sid, **fields})

    async def say(self, message: object) -> None:
        """Send one message, whatever it is."""
        await self.socket.send(message if isinstance(message, str) else json.dumps(message))

    async def types(self, digits: str) -> None:
        """Press keys."""
        for digit in digits:
            await self.event("dtmf", dtmf={"track": "inbound_track", "digit": digit})

    async def speaks(self, sound: bytes) -> None:
        """Send sound."""
        await self.event("media", media={"track": "inbound", "payload": base64.b64encode(sound).decode()})

    async def hangs_up(self) -> None:
        """Say `stop`, as when the caller has hung up."""
        await self.event("stop", stop={"accountSid": "AC1", "callSid": self.call})

    def vanishes(self) -> None:
        """Be gone without a word."""
        self.socket.transport.abort()

    async def close(self) -> None:
        """Close the stream."""
        await self.socket.close()
        await self._reader

    # ------------------------------------------------------------ hearing

    async def hears(
        self, clip: str, *, after: int = 0, within: float = PATIENCE, language: str = "en"
    ) -> int:
        """Wait until a clip was sent; give where it ends, for the next `after`."""
        wanted = recording(clip, language)
        try:
            async with asyncio.timeout(within), self._news:
                while (at := self.heard.find(wanted, after)) < 0:
                    if self._ended:
                        raise ConnectionError(f"closed with {self.socket.close_code} before {clip!r}")
                    await self._news.wait()
        except TimeoutError:
            others = [one for one in texts(language) if recording(one, language) in self.heard]
            raise AssertionError(f"{clip!r} was not heard; these were: {others}") from None
        return at + len(wanted)

    @property
    def is_over(self) -> bool:
        """Whether the stream has been closed."""
        return self._ended

    async def ended(self, within: float = PATIENCE) -> int:
        """Wait for the end of the stream; give the close code."""
        async with asyncio.timeout(within):
            await self.socket.wait_closed()
            await self._reader
        return self.socket.close_code or 1006

    async def _read(self) -> None:
        with suppress(ConnectionClosed):
            async for text in self.socket:
                await self._take(json.loads(text))
        async with self._news:
            self._ended = True
            self._news.notify_all()

    async def _take(self, message: dict[str, Any]) -> None:
        async with self._news:
            match message["event"]:
                case "media":
                    self.heard += base64.b64decode(message["media"]["payload"])
                case "mark":
                    self.marks.append(message["mark"]["name"])
                case "clear":
                    self.cleared += 1
            self._news.notify_all()
        if message["event"] == "mark" and not self.holds_marks:
            await self.event("mark", mark=message["mark"])


@cache
def recording(clip: str, language: str = "en") -> bytes:
    """Make up a recording of a clip: noise that is like no other's, a tenth of a second long."""
    return encode(_noise(clip, language))


def _noise(clip: str, language: str) -> array[int]:
    return decode(Random(f"{language} {clip}").randbytes(RATE // 10))  # noqa: S311 - no secret


@cache
def recordings(folder: Path) -> Path:
    """Write recordings of all clips, as a clinic does that replaces them all."""
    for language in languages():
        (folder / language).mkdir(parents=True, exist_ok=True)
        for clip in texts(language):
            with wave.open(str(folder / language / f"{clip}.wav"), "wb") as file:
                file.setparams((1, 2, RATE, 0, "NONE", ""))
                file.writeframes(_noise(clip, language).tobytes())
    return folder


def dialin_settings(here: House, **changes: Any) -> Settings:
    """Make the settings of a dial-in before a test's node."""
    visits = {"visits_url": here.ws_url, "key": here.dialin_key}
    return settings_of(here.node.settings.data_dir / "prompts", **visits | changes)


def settings_of(prompts: Path, **changes: Any) -> Settings:
    """Make the settings of a dial-in; `changes` say before which visits."""
    dialin: dict[str, Any] = {
        "port": 0,
        "admin_bind": "",
        "public_url": PUBLIC,
        "token": TOKEN,
        "prompts": recordings(prompts),
        "stop_seconds": 5,
    }
    return Settings.load(None, dialin=dialin | changes)


@asynccontextmanager
async def telephony(here: House, **changes: Any) -> AsyncIterator[Telephony]:
    """Run a dial-in beside a test's node, and the company that calls it."""
    here.dialin_key = here.dialin_key or await here.key()
    settings = dialin_settings(here, **changes)
    async with dial_in(settings, here.number, lambda: monotonic() + here.clock.ahead / 1000) as company:
        yield company


@asynccontextmanager
async def dial_in(
    settings: Settings, number: str, clock: Callable[[], float] = monotonic
) -> AsyncIterator[Telephony]:
    """Run a dial-in by these settings, and the company that calls it."""
    stop, up = asyncio.Event(), asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve_until(stop, settings, up.set_result, clock=clock))
    await asyncio.wait([serving, up], return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()
    running = up.result()
    company = Telephony(running.port, running, number)
    try:
        yield company
    finally:
        await asyncio.gather(*(stream.close() for stream in company.streams))
        stop.set()
        await serving


def counted(serving: Serving, name: str, **labels: str) -> float:
    """Read one metric of a dial-in."""
    page = serving.metrics.page().decode()
    shown = ",".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
    found = re.search(rf"^{name}{{{shown}}} (\S+)$" if labels else rf"^{name} (\S+)$", page, re.MULTILINE)
    return float(found[1]) if found else 0.0


SPOKEN: Final = b"\x55" * FRAME
"""A frame of sound that is no silence."""
