"""What a client knows by following docs/protocol.md: the whole once, then every numbered message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Told = dict[str, Any]

OF_A_SEAT = (
    "seat",
    "role",
    "name",
    "standing",
    "link",
    "how",
    "page",
    "media",
    "since",
    "lost_since",
    "label",
)


@dataclass(slots=True)
class SeatView:
    """What a page shows of its visit."""

    standing: str = ""
    name: str = ""
    visit: Told = field(default_factory=dict)
    door: Told = field(default_factory=dict)
    seats: dict[str, Told] = field(default_factory=dict)

    def follow(self, heard: Iterable[Told]) -> None:
        """Apply messages, as they came."""
        for message in heard:
            self.apply(message)

    def apply(self, message: Told) -> None:
        """Apply one message; those that say nothing of the visit change nothing."""
        match message["t"]:
            case "ready":
                self._ready(message)
            case "inside":
                self._whole(message)
            case "you":
                self.standing, self.name = message["standing"], message.get("name") or self.name
            case "door":
                self.door = message["door"]
            case "seat":
                self.seats[message["seat"]["seat"]] = message["seat"]
            case "visit":
                self.visit = message["visit"]

    def _ready(self, ready: Told) -> None:
        if ready["resumed"] == "replay":
            return
        self.standing, self.name = ready["standing"], ready["name"]
        self.door = ready.get("door", {})
        if "inside" in ready:
            self._whole(ready["inside"])

    def _whole(self, inside: Told) -> None:
        self.visit = inside["visit"]
        self.seats = {seat["seat"]: seat for seat in inside["seats"]}

    def shown(self, *standings: str) -> dict[str, Told]:
        """Give the seats that stand so, by what a person would see of them."""
        return {key: seen(seat) for key, seat in self.seats.items() if seat["standing"] in standings}


@dataclass(slots=True)
class BoardView:
    """What a dashboard shows of a day."""

    visits: dict[str, Told] = field(default_factory=dict)
    seats: dict[str, dict[str, Told]] = field(default_factory=dict)

    def follow(self, heard: Iterable[Told]) -> None:
        """Apply messages, as they came."""
        for message in heard:
            self.apply(message)

    def apply(self, message: Told) -> None:
        """Apply one message."""
        match message["t"]:
            case "board":
                self.visits, self.seats = {}, {}
                for row in message["rows"]:
                    self._row(row)
            case "board.row":
                self._row(message)
            case "board.seat":
                self.seats.setdefault(message["visit"], {})[message["seat"]["seat"]] = message["seat"]
            case "board.gone":
                self.visits.pop(message["visit"], None)
                self.seats.pop(message["visit"], None)

    def _row(self, row: Told) -> None:
        visit = row["visit"]["visit"]
        self.visits[visit] = row["visit"]
        if "seats" in row or visit not in self.seats:
            self.seats[visit] = {seat["seat"]: seat for seat in row.get("seats", [])}


def seen(seat: Told) -> Told:
    """Give a participant by what a person would see, whatever was left out on the wire."""
    return {name: seat[name] for name in OF_A_SEAT if seat.get(name) not in (None, "", 0, {})}
