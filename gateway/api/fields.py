"""What is wrong with which field of a form: collected, so that a person reads all of it at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from sys import intern
from typing import Final

from actors.accounts import User
from actors.contacts import checked
from engine.clinic import MINUTE, Clinic, ProviderOfVisit, Right, may
from engine.ids import Instant, UserId
from engine.lifecycle import LONGEST
from engine.planning import NOWHERE, Contact
from engine.refusals import SENTENCES, Refused
from gateway.api.answers import Refusal
from gateway.api.faults import fault

PAST_AT_MOST: Final = 30 * MINUTE
"""How long ago a visit that is planned may have started: the slot of the calendar that has begun."""


class Form:
    """What somebody filled in for a clinic; `problems` says by field what is wrong with it."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self.problems: dict[str, str] = {}

    def wrong(self, field: str, sentence: str) -> None:
        """Note what is wrong with a field; only the first is kept."""
        self.problems.setdefault(field, sentence)

    def settled(self, code: str = "bad_request") -> None:
        """Go on if nothing is wrong. Raises Refusal with the fields."""
        if self.problems:
            raise Refusal(code, self.clinic, self.problems)

    # ------------------------------------------------------------ its fields

    def contact(self, email: str, phone: str, countries: Collection[str], under: str = "") -> Contact:
        """Read an address and a number as typed, in the fields `email` and `phone` under a path."""
        country = self.clinic.country
        address = self._part(f"{under}email", checked(email, "", country, countries), "email")
        number = self._part(f"{under}phone", checked("", phone, country, countries), "number")
        return Contact(email=address.email, phone=number.phone)

    def _part(self, field: str, read: Contact | Refused, code: str) -> Contact:
        if isinstance(read, Contact):
            return read
        self.wrong(field, fault(code) if read.code == "bad_address" else SENTENCES[read.code])
        return NOWHERE

    def times(self, start: Instant, end: Instant, now: Instant) -> None:
        """Look whether a visit can take place then. Raises Refusal `bad_time`."""
        if end <= start:
            self.wrong("end", fault("end_early"))
        elif end - start > LONGEST:
            self.wrong("end", fault("end_late"))
        elif end <= now or start < now - PAST_AT_MOST:
            self.wrong("start", fault("past"))
        if self.problems.keys() & {"start", "end"}:
            self.settled("bad_time")

    def among(self, field: str, chosen: str | None, offered: Iterable[str], before: str = "") -> None:
        """Look whether something chosen is among what the clinic offers; what it was before may stay."""
        if chosen and chosen != before and chosen not in offered:
            self.wrong(field, fault("not_offered"))

    def providers(self, chosen: list[str], staff: list[User]) -> tuple[ProviderOfVisit, ...]:
        """Give the providers that were chosen, each once."""
        known = {user.id: user for user in staff if may(user.role, Right.ENTER_VISIT) and not user.disabled}
        users = [known.get(one) for one in dict.fromkeys(map(UserId, chosen))]
        found = [user for user in users if user is not None]
        if len(found) < len(users) or not found:
            self.wrong("providers", fault("provider"))
        return tuple(ProviderOfVisit(UserId(intern(user.id)), intern(user.name)) for user in found)
