"""Other nodes, looked at over the plain network: whether anybody listens, and whether they reach the store.

This is what nodes know of each other without any further machinery. To have another node claim or answer
something takes more (actors.cluster); without it nodes find what was released for them by themselves.
"""

from __future__ import annotations

import asyncio
import errno
import ssl
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from actors.ports import Member, PeerDown

PROBE_SECONDS: Final = 0.5
"""How long a connection to a neighbour may take; one that takes longer is no refusal."""
READY_SECONDS: Final = 0.7
"""How long a neighbour may take to say whether it reaches the store."""
STATUS_LINE: Final = 64
_READY: Final = b"GET /readyz HTTP/1.1\r\nHost: %b\r\nConnection: close\r\n\r\n"


class Neighbours:
    """The Peers of nodes that share a store and nothing else. `tls`: their ports speak it."""

    def __init__(self, *, tls: bool = False) -> None:
        self._tls = _unverified() if tls else None

    async def refuses(self, member: Member) -> bool:
        """Whether its address refuses connections. A machine that is gone or hung does not: it is silent."""
        host, port = _split(member.address)
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                _, writer = await asyncio.open_connection(host, port)
        except OSError as error:  # TimeoutError is one
            return _refused(error)
        writer.transport.abort()
        return False

    async def reaches_store(self, member: Member) -> bool:
        """Whether it says that it is ready: then it reaches the store."""
        try:
            async with asyncio.timeout(READY_SECONDS):
                return await self._ready(member)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return False

    async def _ready(self, member: Member) -> bool:
        host, port = _split(member.address)
        reader, writer = await asyncio.open_connection(host, port, ssl=self._tls)
        try:
            writer.write(_READY % member.address.encode())
            status = (await reader.readline())[:STATUS_LINE].split(b" ")
            return status[1:2] == [b"200"]
        finally:
            with suppress(OSError):
                writer.transport.abort()

    async def claim(self, member: Member, shards: Sequence[int]) -> None:
        """Nobody can be called: it finds what was released for it by itself."""
        raise PeerDown(f"{member.node} cannot be called")

    async def forward(self, member: Member, request: bytes) -> bytes:
        """Nobody can be called."""
        raise PeerDown(f"{member.node} cannot be called")


def _split(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def _refused(error: OSError) -> bool:
    """Whether every address that was tried refused (asyncio gathers several into one error)."""
    if isinstance(error, ConnectionRefusedError) or error.errno == errno.ECONNREFUSED:
        return True
    return error.errno is None and "Multiple exceptions" in str(error) and "Errno 111" in str(error)


def _unverified() -> ssl.SSLContext:
    """Speak TLS without looking at the name: the answer is a hint, the certificate names the public one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
