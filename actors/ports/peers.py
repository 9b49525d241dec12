"""Other nodes: what each says of itself, and what one may ask of another."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A node of the cluster, as its lease in the store says.

    `address`: the host and port of its one port, as other nodes reach it; "" while it does not serve yet.
    `ws_url`: where clients find its sockets; "" when they have no way to a node that they choose.
    `version`: of the release that it runs. `ahead`: how far (ms) it finds the store's clock ahead of the one
    clock; None when it does not know, or does not say; a node is no other one for that.
    """

    node: str
    incarnation: str
    address: str = ""
    ws_url: str = ""
    draining: bool = False
    version: str = ""
    ahead: int | None = field(default=None, compare=False)

    @property
    def serving(self) -> bool:
        """Whether shards may be given to it."""
        return bool(self.address) and not self.draining


class PeerDown(Exception):
    """A node did not answer; nothing is known of what was asked of it."""


class Peers(Protocol):
    """What a node asks of others. The two probes look at the network only, and never raise."""

    async def refuses(self, member: Member) -> bool:
        """Whether its address refuses connections: nobody listens there any more."""
        ...

    async def reaches_store(self, member: Member) -> bool:
        """Whether it answers, and says that it reaches the store."""
        ...

    async def claim(self, member: Member, shards: Sequence[int]) -> None:
        """Have it claim shards that were released for it, and load them (`Host.take`). Raises PeerDown."""

    async def forward(self, member: Member, request: bytes) -> bytes:
        """Have it carry out a request, and give its answer. Raises PeerDown."""
        ...
