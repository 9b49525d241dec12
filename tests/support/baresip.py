"""Debian's baresip as a caller: dials, types digits, says a tone, records what it hears, hangs up."""

from __future__ import annotations

import asyncio
import json
import socket
import wave
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

import numpy as np

MODULES: Final = ("account", "aubridge", "aufile", "cons", "ctrl_tcp", "g711", "menu", "sndfile", "uuid")
FOLDER: Final = "/usr/lib/baresip/modules"
END_OF_KEY: Final = b"\x04"
WITHIN: Final = 20.0


@dataclass(slots=True)
class Softphone:
    """A running baresip."""

    folder: Path
    keys: asyncio.DatagramTransport
    writer: asyncio.StreamWriter
    events: list[dict[str, Any]] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def do(self, command: str, params: str = "") -> None:
        """Give a command (ctrl_tcp: JSON in a netstring)."""
        text = json.dumps({"command": command, "params": params, "token": command})
        self.writer.write(f"{len(text)}:{text},".encode())
        await self.writer.drain()

    async def call(self, uri: str) -> None:
        """Dial, and wait until the call is answered. Raises ConnectionError when it is not taken."""
        await self.do("dial", uri)
        answer = await self.event("CALL_ESTABLISHED", "CALL_CLOSED")
        if answer["type"] == "CALL_CLOSED":
            raise ConnectionError(f"{uri}: {answer.get('param')}")

    async def type(self, digits: str) -> None:
        """Press keys, each for a fifth of a second, as RTP events."""
        for digit in digits:
            self.keys.sendto(digit.encode())
            await asyncio.sleep(0.2)
            self.keys.sendto(END_OF_KEY)
            await asyncio.sleep(0.1)

    async def hang_up(self) -> None:
        """Hang up."""
        await self.do("hangup")
        await self.event("CALL_CLOSED")

    async def event(self, *kinds: str, within: float = WITHIN) -> dict[str, Any]:
        """Wait for an event of one of these types."""
        async with asyncio.timeout(within), self.news:
            while True:
                for one in self.events:
                    if one.get("type") in kinds:
                        return one
                await self.news.wait()

    def heard(self) -> np.ndarray[Any, Any]:
        """All that it has heard so far, as samples of 16 bits."""
        return self._recorded("dec")

    def _recorded(self, way: str) -> np.ndarray[Any, Any]:
        files = sorted(self.folder.glob(f"dump-*-{way}.wav"))
        if not files:
            return np.zeros(0)
        raw = files[-1].read_bytes()[44:]  # while it records, the header's length is not yet true
        return np.frombuffer(raw[: len(raw) // 2 * 2], dtype="<i2").astype(np.float64)

    async def read(self, reader: asyncio.StreamReader) -> None:
        """Keep events as they come."""
        while True:
            size = await reader.readuntil(b":")
            text = await reader.readexactly(int(size[:-1]) + 1)
            async with self.news:
                self.events.append(json.loads(text[:-1]))
                self.news.notify_all()


@asynccontextmanager
async def softphone(
    folder: Path, hz: int = 440, *, codec: str = "PCMU", transport: str = "udp"
) -> AsyncIterator[Softphone]:
    """Run a baresip that says a tone, until the end of the block."""
    sip, control, keys = _free_ports(3)
    lines = [
        f"module_path {FOLDER}",
        *(f"module {name}.so" for name in MODULES if name not in ("account", "menu")),
        "module_app account.so",
        "module_app menu.so",
        f"sip_listen 127.0.0.1:{sip}",
        "net_interface 127.0.0.1",
        f"ctrl_tcp_listen 127.0.0.1:{control}",
        f"cons_listen 127.0.0.1:{keys}",
        f"audio_source aufile,{folder}/says.wav",
        "audio_player aubridge,nil",
        "audio_alert aubridge,nil",
        "ausrc_srate 8000",
        "auplay_srate 8000",
        "audio_channels 1-1",
        f"snd_path {folder}",
        "call_local_timeout 120",
    ]
    account = f"<sip:+15550142@127.0.0.1;transport={transport}>;regint=0;audio_codecs={codec}/8000/1"
    log = _prepare(folder, lines, account + ";dtmfmode=rtpevent", hz)
    with log:
        process = await asyncio.create_subprocess_exec(
            "baresip", "-f", str(folder), stdout=log, stderr=asyncio.subprocess.STDOUT
        )
    reading: asyncio.Task[None] | None = None
    transport_of_keys: asyncio.DatagramTransport | None = None
    writer: asyncio.StreamWriter | None = None
    try:
        reader, writer = await _connect(control)
        transport_of_keys, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            asyncio.DatagramProtocol, remote_addr=("127.0.0.1", keys)
        )
        phone = Softphone(folder, transport_of_keys, writer)
        reading = asyncio.create_task(phone.read(reader))
        yield phone
    finally:
        if transport_of_keys is not None:
            transport_of_keys.close()
        if reading is not None:
            reading.cancel()
            with suppress(asyncio.CancelledError, asyncio.IncompleteReadError):
                await reading
        if writer is not None:
            writer.close()
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _free_ports(count: int) -> list[int]:
    """Find ports that nobody has, by TCP and by UDP, and that differ."""
    with ExitStack() as stack:
        ports: list[int] = []
        while len(ports) < count:
            stream = stack.enter_context(socket.socket())
            datagrams = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            stream.bind(("127.0.0.1", 0))
            tls = stack.enter_context(socket.socket())  # it takes the one after its SIP port too
            port = stream.getsockname()[1]
            with suppress(OSError, OverflowError):
                datagrams.bind(("127.0.0.1", port))
                tls.bind(("127.0.0.1", port + 1))
                ports.append(port)
        return ports


def _prepare(folder: Path, config: list[str], account: str, hz: int) -> IO[bytes]:
    """Write its files; give the one that it logs to."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in (("config", config), ("accounts", [account]), ("contacts", [])):
        (folder / name).write_text("".join(f"{line}\n" for line in lines))
    _say(folder / "says.wav", hz)
    return (folder / "log").open("wb")


def _say(file: Path, hz: int) -> None:
    """Write a tone that is longer than any call of a test."""
    wave_form = 8_000 * np.sin(2 * np.pi * hz * np.arange(120 * 8_000) / 8_000)
    with wave.open(str(file), "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8_000)
        written.writeframes(wave_form.astype("<i2").tobytes())


async def _connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    async with asyncio.timeout(WITHIN):
        while True:
            try:
                return await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
