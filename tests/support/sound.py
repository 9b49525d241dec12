"""Sound for tests: tones, how loud one is in what was heard, a telephone's line to the bridge, and a double
of a browser that offers a connection to it.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from fractions import Fraction
from typing import Any

import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame
from websockets.asyncio.client import connect

from tests.support.client import WireClient

FRAME = 160
QUIET = b"\xff" * FRAME


def to_ulaw(sample: int) -> int:
    """Say one sample of 16 bits in mu-law (ITU-T G.711)."""
    sign, size = (0x80, -sample) if sample < 0 else (0, sample)
    size = min(size, 32_635) + 132
    exponent = size.bit_length() - 8
    return ~(sign | exponent << 4 | size >> exponent + 3 & 15) & 0xFF


def from_ulaw(code: int) -> int:
    """Read one mu-law byte."""
    code = ~code & 0xFF
    size = (((code & 15) << 3) + 132 << (code >> 4 & 7)) - 132
    return -size if code & 0x80 else size


_READ = np.array([from_ulaw(code) for code in range(256)], dtype=np.float64)


def tone(hz: int, seconds: float = 1.0, amplitude: int = 8_000) -> bytes:
    """Make a tone, mu-law; whole periods of it fit into a second."""
    count = int(seconds * 8_000)
    return bytes(to_ulaw(round(amplitude * math.sin(2 * math.pi * hz * n / 8_000))) for n in range(count))


def samples(sound: bytes) -> np.ndarray[Any, Any]:
    """Read mu-law as samples of 16 bits."""
    return _READ[np.frombuffer(sound, dtype=np.uint8)]


def loudness(heard: np.ndarray[Any, Any], hz: int, rate: int = 8_000) -> float:
    """How loud a tone is in some sound: its amplitude in samples of 16 bits."""
    if not len(heard):
        return 0.0
    turning = np.exp(-2j * np.pi * hz * np.arange(len(heard)) / rate)
    return float(2 * abs((heard * turning).mean()))


class Line:
    """A telephone's line to the bridge, as a dial-in process has it: says a tone, keeps what it hears."""

    def __init__(self, socket: Any, says: bytes) -> None:
        self._socket = socket
        self.says = says
        self.heard = bytearray()
        self.frames = 0

    def last(self, seconds: float = 0.5) -> np.ndarray[Any, Any]:
        """What was heard last."""
        return samples(bytes(self.heard[-int(seconds * 8_000) :]))

    async def talk(self) -> None:
        """Say the tone, a frame every 20 ms, until cancelled."""
        loop = asyncio.get_running_loop()
        due, at = loop.time(), 0
        while True:
            at %= len(self.says)
            await self._socket.send(self.says[at : at + FRAME])
            at = (at + FRAME) % len(self.says)
            due += 0.02
            await asyncio.sleep(max(0.0, due - loop.time()))

    async def listen(self) -> None:
        """Keep what comes, until cancelled."""
        async for frame in self._socket:
            assert isinstance(frame, bytes)
            assert len(frame) == FRAME
            self.frames += 1
            self.heard += frame
            del self.heard[:-80_000]


@asynccontextmanager
async def line(audio: dict[str, Any], hz: int = 0) -> AsyncIterator[Line]:
    """Bring a telephone's sound to where `audio` says; without a tone it says silence."""
    async with connect(
        audio["url"],
        subprotocols=["vestibule.audio.v1"],  # type: ignore[list-item]
        additional_headers={"Authorization": f"Bearer {audio['ticket']}"},
        compression=None,
        open_timeout=30,  # the bridge itself starts with the first call
    ) as socket:
        one = Line(socket, tone(hz) if hz else QUIET)
        tasks = [asyncio.create_task(one.talk()), asyncio.create_task(one.listen())]
        try:
            yield one
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


class _Hum(MediaStreamTrack):
    kind = "audio"

    def __init__(self, hz: int) -> None:
        super().__init__()
        self.hz, self._at, self._began = hz, 0, 0.0

    async def recv(self) -> AudioFrame:
        loop = asyncio.get_running_loop()
        self._began = self._began or loop.time()
        await asyncio.sleep(max(0.0, self._began + self._at / 8_000 - loop.time()))
        if self.readyState != "live":
            raise MediaStreamError
        wave = (
            np.zeros(FRAME)
            if not self.hz
            else 8_000 * np.sin(2 * np.pi * self.hz * (self._at + np.arange(FRAME)) / 8_000)
        )
        frame = AudioFrame.from_ndarray(wave.astype(np.int16).reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = 8_000, Fraction(1, 8_000), self._at
        self._at += FRAME
        return frame


class BrowserDouble:
    """A browser's double: does what docs/protocol.md says about the bridge, with a tone for a microphone."""

    def __init__(self, client: WireClient, hz: int = 0) -> None:
        self.client, self._hz = client, hz
        self.heard: list[np.ndarray[Any, Any]] = []
        self.pc: RTCPeerConnection | None = None
        self.pages: list[str] = []
        self.whole = False
        """Whether the bridge sends everybody, other browsers too."""
        self._hum: _Hum | None = None

    async def connect(self, page: str) -> None:
        """Offer to the bridge and wait until it is connected."""
        await self.close()
        self.pages.append(page)
        self.heard.clear()
        pc = self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._hum = _Hum(self._hz)
        pc.addTrack(self._hum)
        connected = asyncio.Event()
        pc.on("connectionstatechange", lambda: connected.set() if pc.connectionState == "connected" else None)
        await pc.setLocalDescription(await pc.createOffer())
        pair = f"pair-{len(self.pages)}"
        offer = {"pair": pair, "page": "double", "to": page, "offer": pc.localDescription.sdp}
        await self.client.tell("signal", to="bridge", data=json.dumps(offer))
        answer = await self._signal(lambda said: said["pair"] == pair and "answer" in said)
        self.whole = bool(answer.get("whole"))
        await pc.setRemoteDescription(RTCSessionDescription(answer["answer"], "answer"))
        # before aiortc's own buffer, which keeps four packets back
        setattr(pc.getTransceivers()[0].receiver, "_handle_rtp_packet", self._arrived)  # noqa: B010
        await asyncio.wait_for(connected.wait(), 10)

    def says(self, hz: int) -> None:
        """Say another tone from now on; 0 is silence."""
        self._hz = hz
        if self._hum is not None:
            self._hum.hz = hz

    async def _signal(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        def right(message: dict[str, Any]) -> bool:
            return (
                message["t"] == "relayed"
                and message["seat"] == "bridge"
                and wanted(json.loads(message["data"]))
            )

        found: dict[str, Any] = json.loads((await self.client.wait(right))["data"])
        return found

    async def speaking(self, seats: list[str]) -> None:
        """Wait until the bridge says that just these speak."""
        await self._signal(lambda said: said.get("speaking") == seats)

    async def _arrived(self, packet: Any, arrival_time_ms: int) -> None:
        if packet.payload_type == 0:
            self.heard.append(samples(packet.payload))
            del self.heard[:-500]

    def last(self, frames: int = 25) -> np.ndarray[Any, Any]:
        """What was heard last."""
        return np.concatenate(self.heard[-frames:]) if self.heard else np.zeros(0)

    async def close(self) -> None:
        """Close the connection."""
        if self.pc is not None:
            await self.pc.close()
            self.pc = None


async def until(promise: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for something that only time brings: enough sound to look at."""
    async with asyncio.timeout(seconds):
        while not promise():  # noqa: ASYNC110 - sound has no events
            await asyncio.sleep(0.05)


def likeness(heard: np.ndarray[Any, Any], clip: bytes) -> float:
    """How like a clip the part of some sound is that is most like it: 1 is the clip itself, 0 nothing."""
    wanted = samples(clip)
    size = len(heard) + len(wanted) - 1
    if len(heard) < len(wanted) or not wanted.any():
        return 0.0
    together = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(wanted, size)), size)
    products = together[: len(heard) - len(wanted) + 1]
    power = np.concatenate([[0.0], np.cumsum(heard**2)])
    around = power[len(wanted) :] - power[: -len(wanted)]
    return float((products / np.sqrt(np.maximum(around, 1.0) * (wanted**2).sum())).max())
