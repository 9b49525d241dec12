"""Invitations: whom a link and a PIN are for, as far as the visit keeps it. Links and PINs themselves are
derived (D3).
"""

from dataclasses import dataclass
from typing import Final

from engine.ids import PATIENT, SHARED, Instant, InvitationId, SeatId

PERSONAL_INVITATIONS: Final = 20
"""How many personal invitations a visit can have."""


@dataclass(slots=True, kw_only=True, eq=False)
class Invitation:
    """One link and one PIN. `label`, `email` and `phone` are guest text; `seat` is the one seat of a personal
    invitation. The patient's own has the patient's addresses.

    A link is derived from `generation`, which revoking raises; a PIN from `attempt`, None until the PIN index
    holds one. `by` is the user or seat that made it.
    """

    id: InvitationId
    created_at: Instant
    changed_at: Instant
    generation: int = 0
    attempt: int | None = None
    revoked: bool = False
    suspect: bool = False
    """Whether its PIN may be known to somebody who guessed it: who calls by it waits for the provider."""
    interpreter: bool = False
    by: str = ""
    seat: SeatId | None = None
    opened_at: Instant = 0
    """When somebody first did something on its page."""
    label: str = ""
    email: str = ""
    phone: str = ""

    @property
    def personal(self) -> bool:
        """Whether it was made for one guest: it is neither the visit's shared one nor the patient's own."""
        return self.id not in (SHARED, PATIENT)

    def revoke(self, now: Instant) -> None:
        """Make its link and PIN dead for good."""
        self.revoked = True
        self.generation += 1
        self.changed_at = now
