"""Shards are given to the nodes to which they belong, a few at a time (architecture.md, Ownership).

A shard is sealed: it takes no further facts, and what is being saved is saved. Then it is let go of in the
store, the other node is told to claim it, and once it has it, the shard's people are sent there. Between the
seal and that, people in a call go on talking; what they ask for is refused for now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final, Protocol

from actors.ownership import Ownership
from actors.ports import Member, PeerDown, Peers, ShardStore, StoreDown
from actors.shard import Shard

AT_ONCE: Final = 256
"""How much is given away at once: a shard counts as one, and each connection in it as CONNECTION."""
CONNECTION: Final = 4
PAUSE: Final = 0.05
"""Seconds between two rounds, so that those who come to the other node do not come all at once."""
SEALED_WITHIN: Final = 2.0
"""Seconds for a shard's saves to be answered; else it stays for now."""
CLAIMED_WITHIN: Final = 2.0
"""Seconds for the other node to come; after that the shard is anybody's who comes for it."""
LOOK_EVERY: Final = 0.05
"""Seconds between two looks whether it has come."""


class Letters(Protocol):
    """Who sends letters."""

    async def quiet(self, shards: Collection[int]) -> None:
        """Wait until no letter of these shards is being handed over, for a moment, and begin none."""

    def resume(self, shards: Iterable[Shard]) -> None:
        """Go on with those that are still ours."""


class House(Protocol):
    """What handing over needs from the host."""

    store: ShardStore
    peers: Peers
    held: dict[int, Shard]

    @property
    def member(self) -> Member:
        """This node."""
        ...

    def members(self) -> tuple[Member, ...]:
        """Every node there is."""
        ...

    def lost(self, shard: Shard, to: Member | None = None) -> None:
        """Forget a shard, and send its people to who has it."""


class Handover:
    """Gives shards away, one round after the other."""

    def __init__(
        self,
        house: House,
        ownership: Callable[[], Ownership],
        letters: Letters,
        report: Callable[[BaseException], None],
    ) -> None:
        self._house = house
        self._ownership = ownership
        self._letters = letters
        self._report = report
        self._moves: dict[str, list[int]] = {}
        self._asked = asyncio.Event()

    def ask(self, moves: Mapping[str, Sequence[int]]) -> None:
        """Say anew which shards belong to whom; what was said before is forgotten."""
        self._moves = {node: list(shards) for node, shards in moves.items()}
        self._asked.set()

    async def keep(self) -> None:
        """Give away, for ever, what was asked for last."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            while self._moves:
                node, shards = self._next()
                member = next((one for one in self._house.members() if one.node == node), None)
                if member is not None and shards:
                    await self._give(member, shards)
                    await asyncio.sleep(PAUSE)
            self._ownership().wake()

    def _next(self) -> tuple[str, list[Shard]]:
        """Take the next round's shards: all of one node, the emptiest first."""
        node = next(iter(self._moves))
        held = self._house.held
        shards = sorted(
            (held[number] for number in self._moves.pop(node) if number in held),
            key=lambda shard: shard.connections,
        )
        taken, weight = 0, 0
        while taken < len(shards):
            weight += 1 + CONNECTION * shards[taken].connections
            if taken and weight > AT_ONCE:
                break
            taken += 1
        if taken < len(shards):  # the next node's turn first
            self._moves[node] = [shard.number for shard in shards[taken:]]
        return node, shards[:taken]

    async def _give(self, member: Member, shards: Sequence[Shard]) -> None:
        passing = self._ownership().passing
        numbers = {shard.number for shard in shards}
        passing |= numbers
        try:
            await self._letters.quiet(numbers)
            answers = await asyncio.gather(*(shard.seal(SEALED_WITHIN) for shard in shards))
            sealed = [shard for shard, answer in zip(shards, answers, strict=True) if answer]
            await self._pass_on(member, [one for one in sealed if self._house.held.get(one.number) is one])
        except StoreDown:
            self._unseal(shards)
        except Exception as error:  # noqa: BLE001 - a bug in one round is not the next one's
            self._report(error)
            self._unseal(shards)
        finally:
            passing -= numbers
            self._letters.resume(shards)

    def _unseal(self, shards: Sequence[Shard]) -> None:
        """They stay, unless they were let go of: then the next look finds that they are not ours."""
        for shard in shards:
            shard.unseal()

    async def _pass_on(self, member: Member, shards: Sequence[Shard]) -> None:
        """Let go of sealed shards, have the other node claim them, send their people there."""
        numbers = [shard.number for shard in shards]
        if not numbers:
            return
        epochs = {shard.number: shard.epoch for shard in shards}
        await self._house.store.let_go(epochs, self._house.member.incarnation)
        with suppress(PeerDown):  # it finds them by itself, or the next look finds that it does not
            await self._house.peers.claim(member, numbers)
        await self._await_claims(numbers)
        for shard in shards:
            self._house.lost(shard, self._ownership().elsewhere(shard.number))

    async def _await_claims(self, numbers: Sequence[int]) -> None:
        """Wait until somebody has them, for some time."""
        with suppress(TimeoutError, StoreDown):
            async with asyncio.timeout(CLAIMED_WITHIN):
                while await self._ownership().whereabouts(numbers):  # noqa: ASYNC110 - it is in the store
                    await asyncio.sleep(LOOK_EVERY)
