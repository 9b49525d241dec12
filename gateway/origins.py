"""Whose pages may connect, and to which sockets: our own addresses, and those of every living node.

A page that one node served is sent to another node's socket, and what it asks of a clinic over REST is handed
to another node as it is. So every node takes the pages of all of them for its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from actors.ports import Member
from gateway.addresses import is_loopback, origin_of
from gateway.settings import Settings

_PAGES_OF: Final = {"ws": "http", "wss": "https"}


class Origins:
    """The origins of this deployment as it is now. `members` are the living nodes."""

    def __init__(self, settings: Settings, members: Callable[[], tuple[Member, ...]]) -> None:
        self._own = settings.origins
        self._local = not settings.server.public_url
        self._members = members
        self._seen: tuple[Member, ...] = ()
        self._all = self._own

    def __contains__(self, origin: object) -> bool:
        return origin in self._own or origin in self.all()

    def all(self) -> frozenset[str]:
        """Origins whose pages may connect, as `https://visits.example.org`."""
        members = self._members()
        if members != self._seen:
            self._seen = members
            self._all = self._own.union(*(self._of(member) for member in members))
        return self._all

    def _of(self, member: Member) -> set[str]:
        origin = _origin_of_pages(member.ws_url)
        if origin is None:
            return set()
        parts = urlsplit(origin)
        if not self._local or not is_loopback(parts.hostname or ""):
            return {origin}
        return {origin, f"{parts.scheme}://localhost:{parts.port or ''}".rstrip(":")}


def _origin_of_pages(ws_url: str) -> str | None:
    """The origin of the pages that stand beside a node's sockets."""
    scheme, _, rest = ws_url.partition("://")
    pages = _PAGES_OF.get(scheme)
    return origin_of(f"{pages}://{rest}") if pages else None


def sockets_of(origin: str) -> str:
    """The address of sockets beside an origin's pages: `wss://visits.example.org`."""
    return "ws" + origin.removeprefix("http")
