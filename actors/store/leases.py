"""Leases in the store: what a node says of itself there, for as long as it lives.

A lease's value is `incarnation {json}`; what an older or newer release says besides is passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

import msgspec

from actors.ports import Member
from actors.store.reading import optional
from actors.store.replies import Reply
from actors.store.scripts import Call, Script, command

_RENEW: Final = Script("renew")
_RELEASE: Final = Script("release")
_KNOWN: Final = b"{nodes}:known"
LEASES_KEPT: Final = 1024
"""How many leases are kept as they were read; a node's is the same from one renewal to the next."""


class _Facts(msgspec.Struct, frozen=True):
    """What stands in a lease besides the incarnation."""

    address: str = ""
    ws_url: str = ""
    draining: bool = False
    version: str = ""
    ahead: int | None = None


def renewal(member: Member, lease: int, *, new: bool) -> Call:
    """Renew a node's lease for so many milliseconds; answers with the store's TIME, or 0 when a later start
    of the same node has it. `new`: this is the later start.
    """
    facts = _Facts(member.address, member.ws_url, member.draining, member.version, member.ahead)
    value = f"{member.incarnation} ".encode() + msgspec.json.encode(facts)
    return _RENEW.call((_key(member.node),), value, lease, member.incarnation, int(new))


def given_up(node: str, incarnation: str) -> Call:
    """Give a node's lease up, if it is still this incarnation's."""
    return _RELEASE.call((_key(node),), incarnation)


def make_known(node: str) -> Call:
    """Add a node to the names of all that may live."""
    return command(b"SADD", _KNOWN, node)


def make_unknown(node: str) -> Call:
    """Take a node that stopped out of them; one that dies stays in them."""
    return command(b"SREM", _KNOWN, node)


@cache
def names() -> Call:
    """Read the names of all nodes that may live."""
    return command(b"SMEMBERS", _KNOWN)


@lru_cache(LEASES_KEPT)
def lease_of(node: str) -> Call:
    """Read one node's lease."""
    return command(b"GET", _key(node))


def standing(nodes: Sequence[str], replies: Sequence[Reply]) -> dict[str, Member]:
    """Give the nodes whose leases stand."""
    found = zip(nodes, map(optional, replies), strict=True)
    return {node: _member(node, value) for node, value in found if value is not None}


@lru_cache(LEASES_KEPT)
def _member(node: str, value: bytes) -> Member:
    incarnation, _, rest = value.partition(b" ")
    try:
        facts = msgspec.json.decode(rest, type=_Facts)
    except msgspec.MsgspecError:  # another release's: it lives, and that is all that we know
        facts = _Facts()
    return Member(
        node=node,
        incarnation=incarnation.decode(),
        address=facts.address,
        ws_url=facts.ws_url,
        draining=facts.draining,
        version=facts.version,
        ahead=facts.ahead,
    )


def _key(node: str) -> bytes:
    return b"{n:%b}:lease" % node.encode()
