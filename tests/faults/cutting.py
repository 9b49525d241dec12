"""Cuts a share of all calls at a random byte: while it is sent, carried out, or answered."""

from __future__ import annotations

from random import Random
from typing import Final

from tests.faults.fleet import Fleet
from tests.faults.town import Town

OF_A_CONNECTION: Final = (1, 3_000)
"""After how many bytes a new connection ends: within its opening, its hello, or a call over REST."""
OF_A_CALL: Final = (1, 300)
"""The same for a call on a socket that is open: its request and its answer have about so many."""


class Cutting:
    """Cuts from `begin` to `end`, for that share of calls."""

    def __init__(self, share: float, fleet: Fleet, town: Town, chance: Random) -> None:
        self.calls = 0
        self.cut = 0
        self._share = share
        self._fleet = fleet
        self._town = town
        self._chance = chance
        town.keeps_lines = not share

    def begin(self) -> None:
        """Cut from now on."""
        if self._share:
            self._town.about_to_ask = self._call
            for node in self._fleet.nodes:
                node.front.cut_after = self._connection

    def end(self) -> None:
        """Cut no more."""
        self._town.about_to_ask = lambda _: None
        for node in self._fleet.nodes:
            node.front.cut_after = None

    def _connection(self) -> int | None:
        return self._chance.randint(*OF_A_CONNECTION) if self._drawn() else None

    def _call(self, port: int) -> None:
        if self._drawn():
            after = self._chance.randint(*OF_A_CALL)
            any(node.front.cut_soon(port, after) for node in self._fleet.nodes)

    def _drawn(self) -> bool:
        self.calls += 1
        drawn = self._chance.random() < self._share
        self.cut += drawn
        return drawn
