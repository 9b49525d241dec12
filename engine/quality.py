"""How good a connection is, in a word (B12), and as listeners would mark it."""

from enum import StrEnum
from math import log
from typing import Final


class Quality(StrEnum):
    """What the provider reads of a participant's connection; `""` while nothing is known."""

    NONE = ""
    GOOD = "good"
    POOR = "poor"
    BAD = "bad"


_POOR: Final = (30, 300)
_BAD: Final = (100, 600)
"""Packets lost of a thousand, and the round trip in ms, from which on speech suffers, or breaks."""


def grade(lost: int, round_trip: int) -> Quality:
    """Grade a connection by packets lost of a thousand and round trip (ms): the worse of the two counts."""
    for (most_lost, longest), quality in ((_BAD, Quality.BAD), (_POOR, Quality.POOR)):
        if lost >= most_lost or round_trip >= longest:
            return quality
    return Quality.GOOD


_FRAME: Final = 20.0
"""Milliseconds of speech in a packet, which have to be there before it can go."""


def opinion(lost: int, round_trip: int, jitter: int) -> float:
    """Estimate what listeners would mark speech with over such a connection, from 1.0 (bad) to about 4.4.

    Packets lost of a thousand, round trip and jitter in ms. R is 94.2 less what delay and loss take (R. G.
    Cole and J. H. Rosenbluth, "Voice over IP performance monitoring", 2001, after ITU-T G.107); a buffer of
    twice the jitter is assumed. R becomes a mark by ITU-T G.107, Annex B.
    """
    delay = round_trip / 2 + 2 * jitter + _FRAME
    r = 94.2 - 0.024 * delay - 0.11 * max(0.0, delay - 177.3) - 30 * log(1 + 15 * lost / 1000)
    r = max(0.0, min(100.0, r))
    return max(1.0, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6)
