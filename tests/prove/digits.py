"""Digits typed on a telephone are the digits heard: RFC 4733 over a line that loses five packets of a
hundred, says some twice, and lets ends come late.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random
from typing import Final

from gateway.dialin.leg import FRAME, SILENCE
from gateway.dialin.sip.offer import read
from gateway.dialin.sip.rtp import Sound
from tests.prove.proof import Findings, Round
from tests.support.sip import KEYS, Datagrams

STRINGS: Final = 500
LENGTH: Final = 10
LOSS: Final = 0.05
TWICE: Final = 0.03
LATE: Final = 0.1
"""How often the last packet of a press comes after the next press has begun."""
AT_ONCE: Final = 40
"""Packets sent before the receiver is waited for, so that a socket's buffer loses none by itself."""
_OFFER: Final = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP {law} {keys}\r\na=rtpmap:{keys} telephone-event/8000\r\n"
)


async def played(_: Path, seed: int) -> Round:
    """Type so many strings into a real socket; time goes on as RTP says, so that it is quick."""
    chance, found = Random(seed), Findings()  # noqa: S311 - a seed that can be played again
    line = _Line(chance)
    await line.open()
    try:
        for _turn in range(STRINGS):
            typed = "".join(chance.choice(KEYS) for _ in range(LENGTH))
            heard = await line.type(typed)
            found.expect(heard == typed, f"{typed} was heard as {heard}")
            found.figures["strings"] += 1
            found.figures["wrong"] += heard != typed
    finally:
        line.close()
    found.figures["packets"] += line.sent
    found.figures["lost"] += line.lost
    return found.round()


class _Line:
    """A caller's RTP and ours, with a bad network between them."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._keys = chance.choice((96, 101))
        self._law = chance.choice((0, 8))
        self._time, self._sequence = chance.randrange(1 << 32), chance.randrange(1 << 16)
        self._heard: list[str] = []
        self.sent = self.lost = 0

    async def open(self) -> None:
        """Open both sockets."""
        self._caller = await Datagrams.open()
        offer = read(_OFFER.format(port=self._caller.port, law=self._law, keys=self._keys))
        assert offer is not None
        self._began = self._time
        self._ours = Sound(
            offer,
            "127.0.0.1",
            ssrc=1,
            voice=lambda _: None,
            key=self._heard.append,
            clock=lambda: ((self._time - self._began) & 0xFFFFFFFF) / 8_000,
        )
        self._transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: self._ours, local_addr=("127.0.0.1", 0)
        )
        self._to: int = self._transport.get_extra_info("sockname")[1]

    def close(self) -> None:
        """Close both."""
        self._caller.close()
        self._ours.close()

    async def type(self, keys: str) -> str:
        """Type a string; give what was heard of it."""
        self._heard.clear()
        late: list[bytes] = []
        for key in keys:
            packets = self._press(key)
            kept, last = packets[:-1], packets[-1:]
            now_late = last if self._chance.random() < LATE else []
            await self._send(kept[:3] + late + kept[3:] + ([] if now_late else last))
            late = now_late
            await self._send([self._packet(SILENCE, self._law) for _ in range(self._chance.randrange(3))])
        await self._send(late)
        await self._arrived()
        return "".join(self._heard)

    def _press(self, key: str) -> list[bytes]:
        at, count = self._time, self._chance.randrange(3, 12)
        packets = []
        for number in range(count + 3):
            end = 0x80 if number >= count else 0
            lasts = FRAME * min(number + 1, count + 1)
            said = bytes([KEYS.index(key), end | 10]) + lasts.to_bytes(2, "big")
            packets.append(self._packet(said, self._keys, at))
        self._time = (at + FRAME * (count + 5)) & 0xFFFFFFFF
        return packets

    def _packet(self, payload: bytes, kind: int, at: int | None = None) -> bytes:
        self._sequence = (self._sequence + 1) & 0xFFFF
        timestamp = self._time if at is None else at
        if at is None:
            self._time = (self._time + FRAME) & 0xFFFFFFFF
        head = bytes([0x80, kind]) + self._sequence.to_bytes(2, "big") + timestamp.to_bytes(4, "big")
        return head + b"ssrc" + payload

    async def _send(self, packets: list[bytes]) -> None:
        for packet in packets:
            if self._chance.random() < LOSS:
                self.lost += 1
                continue
            for _ in range(1 + (self._chance.random() < TWICE)):
                self._caller.send(packet, self._to)
                self.sent += 1
                if self.sent % AT_ONCE == 0:
                    await self._arrived()

    async def _arrived(self) -> None:
        """Wait until all that was sent has been taken."""
        async with asyncio.timeout(10):
            while self._ours.reception.received < self.sent:  # noqa: ASYNC110 - packets have no event
                await asyncio.sleep(0)
