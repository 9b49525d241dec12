"""Calls by SIP: what a carrier's trunk or an SBC of the clinic's sends us, as legs (R10).

    async with serving(settings.dialin, answering) as origin:
        ...

UDP and TCP on one port. There is no TLS and no SRTP here: that is the SBC's part, and what is not on the
allow-list gets no answer.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final, Protocol

from gateway.dialin.leg import Answering
from gateway.dialin.sip.agent import Agent
from gateway.dialin.sip.gate import Caps, Gate
from gateway.dialin.sip.paths import LARGEST, Datagrams, Path, Streams

STOP_SECONDS: Final = 1.0
"""How long a stop waits for the answers to its BYEs."""


class SipSettings(Protocol):
    """The part of `[dialin]` that is SIP's."""

    @property
    def sip_bind(self) -> str:
        """`host:port`; "" is nowhere."""

    @property
    def sip_address(self) -> str:
        """Our address as callers reach it; "" is the one that they called."""

    @property
    def sip_allow(self) -> tuple[str, ...]:
        """Networks that may call, each a trunk, or `name=network` where a trunk has several."""

    @property
    def sip_calls(self) -> int:
        """Calls at a time."""

    @property
    def sip_calls_per_source(self) -> int:
        """Calls at a time from one address."""

    @property
    def sip_calls_per_second(self) -> float:
        """New calls a second from one address, for long."""

    @property
    def sip_burst(self) -> int:
        """New calls at once from one address."""

    @property
    def sip_number(self) -> str:
        """What was dialled when the URI names no number."""

    @property
    def rtp_first(self) -> int:
        """The first port that RTP may use."""

    @property
    def rtp_last(self) -> int:
        """The last port that RTP may use."""

    @property
    def rtp_timeout_seconds(self) -> float:
        """After so long without a packet a caller is lost."""


class Here:
    """Where we are."""

    def __init__(self, settings: SipSettings) -> None:
        host, _, port = settings.sip_bind.rpartition(":")
        self.bind = host.strip("[]")
        self.port = int(port)
        """The port by UDP and by TCP."""
        self.number = settings.sip_number
        self.rtp_timeout = settings.rtp_timeout_seconds
        self.rtp_ports = range(settings.rtp_first + settings.rtp_first % 2, settings.rtp_last + 1, 2)
        self._address = settings.sip_address

    def address_for(self, caller: str) -> str:
        """Our address, as somebody there reaches it."""
        if self._address or self.bind not in ("0.0.0.0", "::"):
            return self._address or self.bind
        family = socket.AF_INET6 if ":" in caller else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as trial:
            trial.connect((caller, 9))  # only the route is looked up: nothing is sent
            return str(trial.getsockname()[0])

    def port_of(self, path: Path) -> int:
        """The port that we listen on."""
        return self.port


class Origin:
    """The running origin."""

    def __init__(self, agent: Agent, port: int) -> None:
        self.agent = agent
        self.port = port


def _nothing(received: int, lost: int, jitter: float) -> None:
    """Nobody counts."""


@asynccontextmanager
async def serving(
    settings: SipSettings, answering: Answering, heard: Callable[[int, int, float], None] = _nothing
) -> AsyncIterator[Origin]:
    """Take calls by SIP until the end of the block. Raises OSError when the port is not ours.

    `heard` gets packets received, packets lost and the jitter in seconds, once for each call. Port 0 chooses
    one that is free by UDP and by TCP.
    """
    caps = Caps(
        settings.sip_calls, settings.sip_calls_per_source, settings.sip_calls_per_second, settings.sip_burst
    )
    here = Here(settings)
    agent = Agent(answering, Gate(settings.sip_allow, caps), here, heard)
    streams = Streams(agent.received, agent.welcome)
    server = await asyncio.start_server(streams.serve, here.bind, here.port, limit=LARGEST)
    try:
        here.port = int(server.sockets[0].getsockname()[1])
        _, datagrams = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Datagrams(agent.received), local_addr=(here.bind, here.port)
        )
        try:
            yield Origin(agent, here.port)
        finally:
            await agent.close(STOP_SECONDS)
            datagrams.close()
    finally:
        server.close()
        streams.close()
        await server.wait_closed()


__all__ = ["Origin", "SipSettings", "serving"]
