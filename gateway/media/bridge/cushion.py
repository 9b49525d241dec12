"""What lies between frames that arrive when they can and a mixer that takes one every 20 ms. Pure.

Two frames are gathered before the first is given; that is what the delay costs. A frame that is missing when
its turn comes is made up by the last one, fainter each time (ITU-T G.711, appendix I does it better), and
after three of those there is silence until two are gathered again. When frames have come quicker than they
were taken for a second, one is left out: clocks differ.
"""

from typing import Final

from gateway.media.bridge.mixer import fainter

START: Final = 2
"""Frames gathered before the first is given: 40 ms."""
MOST: Final = 6
"""Frames kept; of more the oldest go."""
MADE_UP: Final = (0.75, 0.5, 0.25)
"""How loud a missing frame's stand-ins are, one after the other."""
LOOKS_EVERY: Final = 50
"""Takes between two looks at whether frames pile up."""
_FAR: Final = 1_000
"""Sequence numbers away from the expected one that mean a new start."""


class Cushion:
    """One source's frames, in order."""

    __slots__ = (
        "_expected",
        "_frames",
        "_gathering",
        "_last",
        "_least",
        "_missing",
        "_next",
        "_takes",
        "lost",
    )

    def __init__(self) -> None:
        self._frames: dict[int, bytes] = {}
        self._next = 0
        """The number that a frame without one gets."""
        self._expected = -1
        self._gathering = True
        self._last: bytes | None = None
        self._missing = 0
        self._takes = 0
        self._least = MOST
        self.lost = 0
        """Frames that were made up, or should have been."""

    def __len__(self) -> int:
        return len(self._frames)

    def put(self, frame: bytes, number: int | None = None) -> None:
        """Keep a frame; where some may be lost or overtake each other, `number` counts them modulo 65536."""
        if number is None:
            number = self._next
            self._next = self._next + 1 & 0xFFFF
        if self._expected >= 0:
            ahead = _ahead(number, self._expected)
            if abs(ahead) > _FAR:
                self._begin_again()
            elif ahead < 0:
                return  # its turn is over
        self._frames[number] = frame
        while len(self._frames) > MOST:
            self._drop_first()

    def take(self) -> bytes | None:
        """Give the frame whose turn it is, or one in its place; None when there is nothing to say."""
        if self._gathering:
            if len(self._frames) < START:
                return None
            self._gathering = False
            self._expected = self._first()
            self._least = MOST
        frame = self._frames.pop(self._expected, None)
        if frame is None:
            return self._made_up()
        self._expected = self._expected + 1 & 0xFFFF
        self._last, self._missing = frame, 0
        self._watch()
        return frame

    # ------------------------------------------------------------ in itself

    def _made_up(self) -> bytes | None:
        self.lost += 1
        if self._frames:  # a later one is here: this one will not come
            self._expected = self._expected + 1 & 0xFFFF
        last, self._missing = self._last, self._missing + 1
        if self._missing > len(MADE_UP):
            self._gathering = not self._frames
            if self._gathering:
                self._begin_again()
            return None
        return fainter(last, MADE_UP[self._missing - 1]) if last is not None else None

    def _begin_again(self) -> None:
        self._frames.clear()
        self._gathering, self._expected, self._last, self._missing = True, -1, None, 0

    def _first(self) -> int:
        some = next(iter(self._frames))
        return min(self._frames, key=lambda number: _ahead(number, some))

    def _drop_first(self) -> None:
        first = self._first()
        del self._frames[first]
        if self._expected >= 0:
            self._expected = first + 1 & 0xFFFF

    def _watch(self) -> None:
        """Leave one out when for a second there were always more than needed."""
        self._least = min(self._least, len(self._frames))
        self._takes += 1
        if self._takes >= LOOKS_EVERY:
            if self._least >= START:
                self._drop_first()
            self._takes, self._least = 0, MOST


def _ahead(number: int, of: int) -> int:
    """How far ahead a sequence number is of another, modulo 65536."""
    return (number - of + 0x8000 & 0xFFFF) - 0x8000
