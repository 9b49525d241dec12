"""A clinic's settings, and who of its staff may do what."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.ids import ClinicId, UserId

MINUTE: Final = 60_000
"""Milliseconds in a minute."""


class Admission(StrEnum):
    """How guests come in once the provider is there (D5)."""

    DIRECT = "direct"
    PROVIDER_ADMITS = "provider_admits"


class StaffRole(StrEnum):
    """What a member of staff is to the clinic."""

    PROVIDER = "provider"
    COORDINATOR = "coordinator"
    ADMIN = "admin"
    SRE = "sre"
    READER = "reader"
    """A program that may only look; nobody of the staff is this."""


class Right(StrEnum):
    """What may be done; `may` says by whom."""

    SEE_VISITS = "see_visits"
    ENTER_VISIT = "enter_visit"
    RUN_VISIT = "run_visit"  # admit, deny, remove, rename, lock, extend, complete
    SCHEDULE = "schedule"  # create, reschedule, cancel
    INVITE = "invite"
    SETTINGS = "settings"
    STAFF = "staff"
    OPERATE = "operate"


_RIGHTS: Final[dict[StaffRole, frozenset[Right]]] = {
    StaffRole.PROVIDER: frozenset(
        {Right.SEE_VISITS, Right.ENTER_VISIT, Right.RUN_VISIT, Right.SCHEDULE, Right.INVITE}
    ),
    StaffRole.COORDINATOR: frozenset({Right.SEE_VISITS, Right.RUN_VISIT, Right.SCHEDULE, Right.INVITE}),
    StaffRole.ADMIN: frozenset(Right) - {Right.OPERATE},
    StaffRole.SRE: frozenset({Right.OPERATE}),
    StaffRole.READER: frozenset({Right.SEE_VISITS}),
}


def may(role: StaffRole, right: Right) -> bool:
    """Whether this role has this right in its own clinic; in any other clinic nobody has any."""
    return right in _RIGHTS[role]


@dataclass(slots=True, kw_only=True)
class Clinic:
    """A clinic's settings as they are now; its visits hold a reference, so a change takes effect at once (R1,
    D2, D5, D13).

    Times are in milliseconds.
    """

    id: ClinicId
    name: str
    zone: str = "UTC"
    country: str = "US"
    """Whose telephone numbers are written without a country (ISO 3166-1)."""
    phone: str = ""
    logo: str = ""
    admission: Admission = Admission.DIRECT
    guests_by_provider: bool = True
    guests_by_patient: bool = True
    grace: int = 0
    opens_before: int = 15 * MINUTE
    """How long before the start people may come in and wait (R13, D7)."""
    patients_cancel: bool = True
    """Whether patients may cancel their own visit from their page (R13)."""
    browsers: int = 6
    phones: int = 6
    dial_in: tuple[str, ...] = ()
    """Dial-in numbers, E.164."""
    rooms: tuple[str, ...] = ("Main",)
    options: tuple[tuple[str, int], ...] = (
        ("15-min Consultation", 15),
        ("30-min Consultation", 30),
        ("45-min Consultation", 45),
        ("60-min Consultation", 60),
    )
    """Visit options: what they are called, and minutes."""
    reminders: tuple[int, ...] = (24 * 60, 60)
    """Minutes before the start of new visits' reminders, if nobody chooses others."""
    languages: tuple[str, ...] = ("en", "es")
    """Languages that can be chosen for a visit's messages; the first is the clinic's own."""
    retention_days: int = 90
    """Days after its end for which a visit is kept, without anything of its guests."""


@dataclass(frozen=True, slots=True)
class ProviderOfVisit:
    """A provider who was put on a visit."""

    user: UserId
    name: str
