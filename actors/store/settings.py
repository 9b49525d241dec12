"""What can be set about the store."""

from dataclasses import dataclass
from typing import Final

DAY: Final = 86_400_000
"""Milliseconds in a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where the store is and how long we wait for it; times are in seconds unless the name says otherwise.

    `url`: `unix:///path`, `redis://host:port/db`, `rediss://...` (TLS), `redis+cluster://host:port,host:port`
    or `rediss+cluster://...`; a user and a password may stand before the host.
    """

    url: str
    connect_seconds: float = 1.0
    answer_seconds: float = 2.0
    """A server that has not answered a burst by then counts as away; what was asked is unknown."""
    first_pause_seconds: float = 0.05
    longest_pause_seconds: float = 1.0
    """How long a server that failed is left alone; meanwhile everything asked of it is refused at once."""
    waiting_bursts: int = 4096
    """How many callers may wait for one connection before further ones are refused."""
    audit_kept_ms: int = 365 * DAY
    rewrite_every_seconds: float = 45 * 60.0
    """How old purged guest text may get before the append-only file is rewritten; R15 promises an hour."""
    rewrite_again_seconds: float = 30.0
    """How long after a rewrite that failed the next one is tried."""
