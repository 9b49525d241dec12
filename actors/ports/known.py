"""What every node knows of clinics, whoever has them."""

from collections.abc import Iterable
from typing import Protocol

from engine.clinic import Clinic
from engine.ids import ClinicId


class Known(Protocol):
    """The deployment's clinics and dial-in numbers (B7). All raise StoreDown."""

    async def add(self, clinics: Iterable[Clinic]) -> None:
        """Make clinics and their numbers known; what was known stays so."""

    async def gave_up(self, clinic: ClinicId, numbers: Iterable[str]) -> None:
        """A clinic has these dial-in numbers no more."""

    async def phones(self, number: str) -> set[str]:
        """Give the own telephone numbers of the clinics that have a dial-in number."""
        ...

    async def has_number(self, number: str) -> bool:
        """Whether a number, as E.164 writes it, is any clinic's dial-in number."""
        ...

    async def clinics(self) -> list[ClinicId]:
        """List all clinics."""
        ...
