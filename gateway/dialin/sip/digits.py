"""Keys pressed, as RTP tells of them (RFC 4733, telephone-event). Sans-I/O.

A press is told in several packets with one RTP timestamp; the last are marked as the end, and any of them may
be lost, late or twice. So the first packet of a timestamp that arrives is the press, and all others of it are
none, whenever they come.
"""

from collections import deque
from typing import Final

KEYS: Final = "0123456789*#"
_REMEMBERED: Final = 16
"""Presses of which late packets are known again."""
_LONGEST: Final = 0xFF00
"""A duration from which a press goes on as a new segment (RFC 4733, section 2.5.1.3)."""
BURST: Final = 40
"""Keys that somebody may press at once; a dial pad sends ten."""
A_SECOND: Final = 12.0
"""Keys a second that are heard for long: nobody types quicker, a storm does."""


class KeyReceiver:
    """Makes presses of telephone-event packets."""

    __slots__ = ("_at", "_budget", "_duration", "_event", "_seen", "_timestamp", "stormed")

    def __init__(self) -> None:
        self._seen: deque[tuple[int, int, int]] = deque(maxlen=_REMEMBERED)
        self._event = self._timestamp = self._duration = -1
        self._budget, self._at = float(BURST), 0.0
        self.stormed = 0
        """Presses that were not passed on: too many in too short a time."""

    def packet(self, payload: bytes, timestamp: int, ssrc: int, now: float) -> str:
        """Take one packet; returns the key that was pressed, or "". `now` in seconds, by any clock."""
        if len(payload) < 4:
            return ""  # too short to say anything
        event, duration = payload[0], int.from_bytes(payload[2:4], "big")
        name = (ssrc, timestamp, event)
        if name in self._seen:
            if timestamp == self._timestamp:
                self._duration = max(self._duration, duration)
            return ""
        self._seen.append(name)
        goes_on = event == self._event and self._duration >= _LONGEST and self._follows(timestamp)
        self._event, self._timestamp, self._duration = event, timestamp, duration
        if goes_on or event >= len(KEYS):
            return ""
        return KEYS[event] if self._afford(now) else ""

    def _follows(self, timestamp: int) -> bool:
        return (timestamp - self._timestamp) & 0xFFFFFFFF <= 0x10000

    def _afford(self, now: float) -> bool:
        self._budget = min(BURST, self._budget + max(0.0, now - self._at) * A_SECOND)
        self._at = now
        if self._budget < 1:
            self.stormed += 1
            return False
        self._budget -= 1
        return True


def of_info(content_type: str, body: str) -> str:
    """Return the key that a SIP INFO tells of, or "": `application/dtmf-relay` (Signal=5) or
    `application/dtmf` (5).
    """
    kind = content_type.split(";", maxsplit=1)[0].strip().lower()
    if kind == "application/dtmf":
        key = body.strip()
    elif kind == "application/dtmf-relay":
        fields = dict(line.partition("=")[::2] for line in body.splitlines() if "=" in line)
        key = next((value.strip() for name, value in fields.items() if name.strip().lower() == "signal"), "")
    else:
        return ""
    return {"10": "*", "11": "#"}.get(key, key if len(key) == 1 and key in KEYS else "")
