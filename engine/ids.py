"""Names of things, and how a clinic maps to its shard.

Every id is text that is safe in a URL, a key and a log line. A visit's id begins with its shard
(`0417-7h3kq2m9xw4c`), so that anything that names a visit also says where it lives.
"""

from binascii import crc_hqx
from typing import Final, NewType

ClinicId = NewType("ClinicId", str)
VisitId = NewType("VisitId", str)
SeatId = NewType("SeatId", str)
InvitationId = NewType("InvitationId", str)
UserId = NewType("UserId", str)
OpId = NewType("OpId", str)
ConnectionId = NewType("ConnectionId", int)
PageId = NewType("PageId", str)

Instant = int
"""Milliseconds since 1970-01-01T00:00:00Z."""

SHARDS: Final = 1024
"""How many shards there are, for ever: stored data depends on it (architecture.md, Ownership)."""

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in lower case: no i, l, o, u, so that an id can be read aloud."""

SHARED: Final = InvitationId("shared")
PATIENT: Final = InvitationId("patient")


def crc16(data: bytes) -> int:
    """CRC16/XMODEM, as Redis Cluster hashes its keys (Redis Cluster specification, appendix A)."""
    return crc_hqx(data, 0)


def shard_of_clinic(clinic: ClinicId) -> int:
    """The shard, 0 to 1023, that holds everything of a clinic."""
    return crc16(clinic.encode()) % SHARDS


def visit_id(shard: int, tail: str) -> VisitId:
    """Make a visit's id from its shard and a random tail of `ALPHABET` (12 characters, 60 bits)."""
    return VisitId(f"{shard:04d}-{tail}")


def shard_of_visit(visit: str) -> int | None:
    """Read the shard out of a visit's id; None when the text is not such an id."""
    head, dash, tail = visit.partition("-")
    if not dash or len(head) != 4 or not head.isascii() or not head.isdigit() or not 8 <= len(tail) <= 16:
        return None
    if tail.strip(ALPHABET):  # a letter that is none of ours is left over
        return None
    shard = int(head)
    return shard if shard < SHARDS else None
