"""Debian's Janus, started by us: only its AudioBridge, asked by a socket in a folder of ours.

No TCP port is opened. RTP stays on loopback; only ICE, which browsers have to reach, is on all addresses.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from gateway.media.bridge.backend import Unable
from gateway.media.bridge.orders import LOOPBACK, PROGRAM

_STOPS_WITHIN: Final = 2.0
_OTHER_PLUGINS: Final = (
    *("duktape", "echotest", "lua", "nosip", "recordplay", "sip", "streaming", "textroom", "videocall"),
    *("videoroom", "voicemail"),
)
_OTHER_TRANSPORTS: Final = ("http", "mqtt", "nanomsg", "pfunix", "rabbitmq")
_LONGEST_SOCKET: Final = 100
"""Bytes of a socket's path; Linux takes 107."""


class Program:
    """A running Janus. It dies with this process, however that ends."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket
        self.secret = secrets.token_hex(16)
        """What every request has to bring."""
        self.admin_key = secrets.token_hex(16)
        """What a request for a room has to bring besides."""
        self._process: asyncio.subprocess.Process | None = None

    @classmethod
    async def begin(cls, folder: str) -> Program:
        """Start one, in a folder that only we may look into. Raises Unable."""
        own = Path(folder) / secrets.token_hex(4)
        program = cls(own / "api")
        if len(os.fsencode(program.socket)) > _LONGEST_SOCKET:
            raise Unable("the folder's name is too long")
        try:
            own.mkdir(mode=0o700)
            for name, text in program.files().items():
                (own / name).write_text(text)
            with (own / "log").open("wb") as log:
                program._process = await asyncio.create_subprocess_exec(
                    *("setpriv", "--pdeathsig", "KILL", "--"),
                    *(PROGRAM, "--disable-colors", "-F", str(own), "-C", str(own / "janus.jcfg")),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
        except OSError as error:
            raise Unable(f"{PROGRAM} cannot be started: {error.strerror}") from error
        return program

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid if self._process is not None else 0

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self._process is None or self._process.returncode is not None

    def last_words(self) -> str:
        """Give the last line that it has logged."""
        lines = self.socket.with_name("log").read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""

    async def close(self) -> None:
        """End it, and wait for that."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOPS_WITHIN)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def files(self) -> dict[str, str]:
        """Write its configuration: names of files, and what stands in them."""
        return {
            "janus.jcfg": f"""
general: {{ api_secret = "{self.secret}", admin_secret = "{secrets.token_hex(16)}", debug_level = 2 }}
media: {{ ipv6 = true }}
nat: {{ ignore_mdns = true }}
plugins: {{ disable = "{_libraries(_OTHER_PLUGINS)}" }}
transports: {{ disable = "{_libraries(_OTHER_TRANSPORTS)}" }}
loggers: {{ disable = "{_libraries(("jsonlog",))}" }}
""",
            "janus.transport.websockets.jcfg": f"""
general: {{ ws = true, ws_unix = "{self.socket}", wss = false, json = "compact" }}
admin: {{ admin_ws = false, admin_wss = false }}
""",
            "janus.plugin.audiobridge.jcfg": f"""
general: {{ admin_key = "{self.admin_key}", local_ip = "{LOOPBACK}", events = false }}
""",
        }


def _libraries(names: tuple[str, ...]) -> str:
    return ",".join(f"libjanus_{name}.so" for name in names)
