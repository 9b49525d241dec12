"""How good a connection is, in a word (B12)."""

from enum import StrEnum
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
