"""Where somebody is sent whose visit or clinic is not here: to the node that has it."""

from typing import Protocol

from actors.ports import Member
from signaling import messages as wire


class _House(Protocol):
    @property
    def member(self) -> Member: ...
    def owner(self, shard: int) -> Member | None: ...


def elsewhere(house: _House, shard: int | None) -> wire.Moved | None:
    """Say where a shard's sockets are; None when that is here, or when nobody is known to have it now."""
    owner = house.owner(shard) if shard is not None else None
    if owner is None or owner.node == house.member.node or not owner.ws_url:
        return None
    return wire.Moved(ws_url=owner.ws_url)
