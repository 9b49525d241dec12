"""Where a provider tells what became of a text message: an address that names the letter and proves it."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from engine.ids import VisitId

_NAME: Final = re.compile(r"(\d{4}-[0-9a-z]{12})\.(\d{1,6})\.(\d{1,3})\.([A-Za-z0-9_-]{22})", re.ASCII)

Hashes = Callable[[str, str], tuple[str, ...]]
"""Keyed hashes of a value for a purpose, the newest key's first (`Secrets.sign_in_hashes`)."""


@dataclass(frozen=True, slots=True)
class Reported:
    """Which attempt of which letter a report is about."""

    visit: VisitId
    number: int
    attempt: int


class Reports:
    """Makes and reads the names of attempts in reports' addresses."""

    def __init__(self, hashes: Hashes) -> None:
        self._hashes = hashes

    def name(self, key: str, attempt: int) -> str:
        """Name an attempt; `key` is the letter's, `<visit>.<number>`."""
        said = f"{key}.{attempt}"
        return f"{said}.{self._hashes('report', said)[0]}"

    def read(self, name: str) -> Reported | None:
        """Read a name; None when it is not one of ours. In constant time."""
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        said = name.rpartition(".")[0].encode()
        proven = False
        for proof in self._hashes("report", said.decode()):
            proven |= hmac.compare_digest(proof.encode(), found[4].encode())
        return Reported(VisitId(found[1]), int(found[2]), int(found[3])) if proven else None
