"""The demo's telephones: `vestibule dialin` as a process beside the node, started again when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import Mapping
from typing import Final

import structlog

from gateway.addresses import is_loopback
from gateway.settings import Settings

AGAIN_AFTER: Final = 1.0
"""Seconds until a dial-in that died is started again."""
SIP: Final = 5060
"""The usual port (RFC 3261, section 19.1.2)."""
STOP_WITHIN: Final = 5.0
"""Seconds that it gets to say goodbye to callers."""

log = structlog.get_logger("phones")


class Phones:
    """Keeps the dial-in up; `port` is where its calls come in, 0 while it is not there."""

    def __init__(self) -> None:
        self.port = 0
        self.pid = 0

    async def keep(self, settings: Settings, key: str, sip: str, number: str) -> None:
        """Start it, and start it again, until this is cancelled. `key` is an API key of scope `dialin`, `sip`
        where it takes calls by SIP, and `number` what those dial whose address has no number.
        """
        while True:
            await self._live(environment(settings, key) | _by_sip(settings, sip, number))
            log.warning("dialin_gone", again_after=AGAIN_AFTER)
            await asyncio.sleep(AGAIN_AFTER)

    async def _live(self, variables: Mapping[str, str]) -> None:
        """Run it once, to its end."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "gateway",
            "dialin",
            "--attached",
            env={**os.environ, **variables},
            stdin=asyncio.subprocess.PIPE,  # it stops when this ends, however we end
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl+C is for us; we tell it
        )
        try:
            await self._watch(process)
        finally:
            self.port = self.pid = 0
            await _end(process)

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None  # noqa: S101 - it was asked for above
        async for line in process.stdout:
            with contextlib.suppress(ValueError, LookupError, TypeError):
                self.port = int(json.loads(line)["port"])
                self.pid = process.pid
        await process.wait()


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_WITHIN)
        except TimeoutError:
            process.kill()
            await process.wait()


def sip_place(settings: Settings) -> str:
    """Say where the demo takes calls by SIP: the usual port of this machine, or any that is free."""
    if settings.dialin.sip_bind:
        return settings.dialin.sip_bind
    for port in (SIP, 0):
        with (
            contextlib.suppress(OSError),
            socket.socket() as stream,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
        ):
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            stream.bind(("127.0.0.1", port))
            datagrams.bind(stream.getsockname())
            return f"127.0.0.1:{stream.getsockname()[1]}"
    return ""


def _by_sip(settings: Settings, place: str, number: str) -> dict[str, str]:
    return {
        "VESTIBULE_DIALIN__SIP_BIND": place,
        "VESTIBULE_DIALIN__SIP_NUMBER": settings.dialin.sip_number or number,
    }


def environment(settings: Settings, key: str) -> dict[str, str]:
    """Say the settings of the demo's dial-in: any free port, the demo's pages, tones where none can speak."""
    server = settings.server
    host = server.bind if is_loopback(server.bind) else "127.0.0.1"
    scheme = "wss" if server.tls_cert else "ws"
    dialin = {
        "visits_url": f"{scheme}://{f'[{host}]' if ':' in host else host}:{server.port}/ws",
        "key": key,
        "bind": server.bind,
        "port": "0",
        "admin_bind": "",
        "pages": ",".join(sorted(settings.origins)),
        "tones": "true",
        "stop_seconds": f"{STOP_WITHIN - 1:g}",
    }
    if server.tls_cert and server.tls_key:
        dialin |= {"tls_cert": str(server.tls_cert), "tls_key": str(server.tls_key)}
        dialin["ca_file"] = str(server.tls_cert)  # a certificate of our own vouches for itself
    return {
        **{f"VESTIBULE_DIALIN__{name.upper()}": value for name, value in dialin.items()},
        "VESTIBULE_STORE__DATA_DIR": str(settings.data_dir),
        "VESTIBULE_PINS__DIGITS": str(settings.pins.digits),
        "VESTIBULE_LOG__FORMAT": settings.log.format,
        "VESTIBULE_LOG__LEVEL": settings.log.level,
    }
