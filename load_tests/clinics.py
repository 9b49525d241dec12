"""The clinics that a load goes through, from the outside: signed in to, their visits planned, tickets had."""

from collections.abc import Sequence
from typing import Final, Self

import msgspec

from load_tests.dialects import Fields
from load_tests.rest import Rest
from load_tests.site import Booked

VISIT: Final[Fields] = {"patient": {"name": "Rosa Delgado"}, "start": "now", "minutes": 60}


class Account(msgspec.Struct, frozen=True):
    """A provider of one clinic, and the number that its callers dial."""

    clinic: int
    email: str
    password: str
    number: str = ""


class Access(msgspec.Struct, frozen=True):
    """How a load gets into a deployment: a provider of each clinic, and a key for telephones."""

    accounts: list[Account]
    key: str = ""


class Ready(msgspec.Struct, frozen=True):
    """What a node of ours says when it serves."""

    port: int
    access: Access


class Clinics:
    """Some clinics of a server, with a provider of each signed in."""

    def __init__(self, rest: Rest, cookies: dict[int, str]) -> None:
        self._rest = rest
        self._cookies = cookies

    @classmethod
    async def signed_in(cls, rest: Rest, accounts: Sequence[Account]) -> Self:
        """Sign in everywhere. Raises Hangup."""
        cookies = await rest.sign_in([(one.email, one.password) for one in accounts])
        return cls(rest, {one.clinic: cookie for one, cookie in zip(accounts, cookies, strict=True)})

    @property
    def numbers(self) -> list[int]:
        """The clinics, by number."""
        return list(self._cookies)

    async def book(self, planned: Sequence[tuple[int, Fields]]) -> list[Booked]:
        """Plan visits: in which clinic, and how. Raises Hangup."""
        made = await self._rest.post_all(
            [("visits", plan, self._cookies[clinic]) for clinic, plan in planned]
        )
        return [
            Booked(
                visit["id"],
                clinic,
                _token(visit["patient_link"]),
                _token(visit["panel"]["link"]),
                pin=visit["panel"]["pin"],
            )
            for (clinic, _), visit in zip(planned, made, strict=True)
        ]

    async def tickets(self, asked: Sequence[tuple[int, Fields]]) -> list[str]:
        """Get a one-use ticket for each, good for 30 s. Raises Hangup."""
        answers = await self._rest.post_all(
            [("tickets", fields, self._cookies[clinic]) for clinic, fields in asked]
        )
        return [answer["ticket"] for answer in answers]

    async def ticket(self, clinic: int, visit: str = "") -> tuple[str, str]:
        """Get one ticket, of a visit's provider or of a dashboard, and the address it is good at."""
        fields = {"visit": visit} if visit else {}
        answer = await self._rest.post("tickets", fields, self._cookies[clinic])
        return answer["ticket"], answer["ws_url"]


def _token(link: str) -> str:
    return link.partition("#")[2]
