"""A visit as bytes: its snapshot, with every name sealed before it leaves the process (R15).

    [FORMAT, facts, sealed guest text, sealed clinic text, key]

`key` is the pepper's key that the visit's links and PINs are derived from: the newest when it was planned,
and the same for as long as it lives, so that what is shown after a rotation is what was sent before it.
"""

from typing import Any, Final

from msgspec import msgpack

from actors.sealing import Sealer, written
from engine.clinic import Clinic
from engine.ids import ClinicId, VisitId
from engine.snapshot import Snapshot, dump, load
from engine.visit import Visit

FORMAT: Final = 1
"""The version of this envelope; the snapshot inside has its own."""
_FACTS: Final = 1
_KEY: Final = 4

_NOTHING: Final = (b"", b"")
"""No text, and no seal."""

_encoder = msgpack.Encoder()


class BodyTooNew(Exception):
    """The stored visit was written by a newer version of Vestibule."""


class BodyCodec:
    """Turns one visit into bytes and back; remembers the last texts and their seals, so that an unchanged one
    is not sealed again.
    """

    __slots__ = ("_clinic", "_guest", "_sealer", "_visit", "key")

    def __init__(self, sealer: Sealer, visit: VisitId, key: int) -> None:
        self._sealer = sealer
        self._visit = visit
        self.key = key
        """The id of the pepper's key that this visit's links and PINs are derived from."""
        self._guest = self._clinic = _NOTHING

    def encode(self, visit: Visit) -> bytes:
        """The visit's bytes for the store."""
        snapshot = dump(visit)
        self._guest = self._sealed(self._guest, snapshot.guest_text, "guest")
        self._clinic = self._sealed(self._clinic, snapshot.clinic_text, "clinic")
        return _encoder.encode([FORMAT, snapshot.facts, self._guest[1], self._clinic[1], self.key])

    def decode(self, body: bytes, clinic: Clinic) -> Visit:
        """The visit from its bytes. Raises BodyTooNew, SnapshotTooNew and SealBroken."""
        parts: list[Any] = msgpack.decode(body)
        if parts[0] != FORMAT:
            raise BodyTooNew(f"visit {self._visit} has body format {parts[0]}, this version reads {FORMAT}")
        return load(
            Snapshot(
                facts=parts[1],
                guest_text=self._opened(parts[2], "guest"),
                clinic_text=self._opened(parts[3], "clinic"),
            ),
            clinic,
        )

    def _sealed(self, last: tuple[bytes, bytes], texts: dict[str, str], part: str) -> tuple[bytes, bytes]:
        if not texts:
            return _NOTHING
        text = written(texts)
        return last if last[0] == text else (text, self._sealer.seal_written(text, self._visit, part))

    def _opened(self, sealed: bytes, part: str) -> dict[str, str]:
        return self._sealer.open(sealed, self._visit, part) if sealed else {}


def clinic_of(body: bytes) -> ClinicId:
    """Whose visit it is."""
    return ClinicId(msgpack.decode(body)[_FACTS]["c"])


def key_of(body: bytes) -> int:
    """Which key its links and PINs are derived from."""
    key: int = msgpack.decode(body)[_KEY]
    return key
