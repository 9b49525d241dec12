"""Many callers at once: Debian's sipp says the SIP; their RTP is ours, types PINs and keeps what it hears."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Final

from gateway.dialin.acts import Clip
from gateway.dialin.leg import FRAME, SILENCE
from tests.support.sip import KEYS, Datagrams
from tests.support.sound import until
from tests.support.telephony import recording

LISTENED: Final = (Clip.GREETING, Clip.IN_CALL, Clip.NOT_FOUND, Clip.ENDED)
RECORDED: Final = 800
"""Bytes of a recording that tests make up."""
_INVITE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE scenario SYSTEM "sipp.dtd">
<scenario name="a caller">
  <send retrans="500"><![CDATA[
INVITE sip:visit@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport
From: <sip:[field0]@[local_ip]>;tag=[pid]S[call_number]
To: <sip:visit@[remote_ip]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:[field0]@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio [field1] RTP/AVP 0 [field2]
a=rtpmap:[field2] telephone-event/8000
a=fmtp:[field2] 0-15
  ]]></send>
  <recv response="100" optional="true"/>
"""
WAITS: Final = (
    _INVITE
    + """  <recv response="180" optional="true"/>
  <recv response="200"/>
  <send><![CDATA[
ACK sip:visit@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport
From: <sip:[field0]@[local_ip]>;tag=[pid]S[call_number]
To: <sip:visit@[remote_ip]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

  ]]></send>
  <recv request="BYE"/>
  <send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

  ]]></send>
</scenario>
"""
)
"""Is answered, and waits until we hang up."""
CANCELS: Final = (
    _INVITE
    + """  <recv response="180"/>
  <send><![CDATA[
CANCEL sip:visit@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
From: <sip:[field0]@[local_ip]>;tag=[pid]S[call_number]
To: <sip:visit@[remote_ip]>
Call-ID: [call_id]
CSeq: 1 CANCEL
Max-Forwards: 70
Content-Length: 0

  ]]></send>
  <recv response="200"/>
  <recv response="487"/>
  <send><![CDATA[
ACK sip:visit@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
From: <sip:[field0]@[local_ip]>;tag=[pid]S[call_number]
To: <sip:visit@[remote_ip]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

  ]]></send>
</scenario>
"""
)
"""Hears it ring, and thinks better of it."""


class Mouth:
    """One caller's RTP: it answers to where it hears from, types one PIN, and keeps what it hears."""

    def __init__(self, rtp: Datagrams, pin: str, keys: int, *, ends: bool) -> None:
        self.rtp, self.pin, self.keys, self.ends = rtp, pin, keys, ends
        self.heard: set[str] = set()
        self.picked_up = self.let_in = 0.0
        """When the first sound came, and when they heard that they are in the call; the loop's seconds."""
        self._last = b""
        self._sequence, self._time, self._to = 0, 0, 0

    async def live(self) -> None:
        """Hear the greeting begin, type, and go on saying silence."""
        hearing = asyncio.create_task(self._hear())
        try:
            await until(lambda: Clip.GREETING in self.heard, 30)
            for key in self.pin:
                await self._press(key)
            while True:
                self._send(SILENCE, 0)
                await asyncio.sleep(0.02 * 10)
        finally:
            hearing.cancel()

    async def _hear(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            packet, (_, self._to) = await self.rtp.came.get()
            self.picked_up = self.picked_up or clock()
            self._last = self._last[-RECORDED:] + packet[12:]
            self.heard |= {
                clip for clip in LISTENED if clip not in self.heard and recording(clip) in self._last
            }
            if not self.let_in and Clip.IN_CALL in self.heard:
                self.let_in = clock()

    async def _press(self, key: str) -> None:
        at = self._time
        for number in range(8 if self.ends else 5):
            end = 0x80 if number >= 5 else 0
            lasts = (FRAME * min(number + 1, 6)).to_bytes(2, "big")
            self._send(bytes([KEYS.index(key), end | 10]) + lasts, self.keys, at)
            await asyncio.sleep(0.02)
        self._time += 10 * FRAME

    def _send(self, payload: bytes, kind: int, at: int | None = None) -> None:
        self._sequence = (self._sequence + 1) & 0xFFFF
        time = self._time if at is None else at
        self._time += 0 if at is not None else FRAME
        head = bytes([0x80, kind]) + self._sequence.to_bytes(2, "big") + time.to_bytes(4, "big")
        if self._to:
            self.rtp.send(head + b"mine" + payload, self._to)


@asynccontextmanager
async def callers(folder: Path, port: int, pins: list[str], chance: Random) -> AsyncIterator[list[Mouth]]:
    """Let so many call at once; each types its PIN, some by type 96, some without a single end packet."""
    mouths = [
        Mouth(await Datagrams.open(), pin, chance.choice((96, 101)), ends=chance.random() < 0.7)
        for pin in pins
    ]
    living = [asyncio.create_task(one.live()) for one in mouths]
    try:
        calling = asyncio.create_task(
            dialled(folder, port, WAITS, [(one.rtp.port, one.keys) for one in mouths])
        )
        try:
            yield mouths
            assert await asyncio.wait_for(calling, 30) == 0  # every call went as written
        finally:
            calling.cancel()
            await asyncio.gather(calling, return_exceptions=True)
    finally:
        for task in living:
            task.cancel()
        await asyncio.gather(*living, return_exceptions=True)
        for one in mouths:
            one.rtp.close()


async def dialled(folder: Path, port: int, scenario: str, media: list[tuple[int, int]]) -> int:
    """Let as many call at once as there are RTP ports and payload types of keys; give sipp's exit code, which
    is 0 when every call went as written.
    """
    rows = [f"+1555018{at:04};{rtp};{keys}" for at, (rtp, keys) in enumerate(media)]
    (folder / "callers.csv").write_text("SEQUENTIAL\n" + "".join(f"{row}\n" for row in rows))
    (folder / "caller.xml").write_text(scenario)
    count = str(len(rows))
    process = await asyncio.create_subprocess_exec(
        *("sipp", "-i", "127.0.0.1", "-sf", str(folder / "caller.xml"), "-inf", str(folder / "callers.csv")),
        *("-m", count, "-l", count, "-r", count, "-nostdin", f"127.0.0.1:{port}"),
        stdout=asyncio.subprocess.DEVNULL,
        cwd=folder,
    )
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
