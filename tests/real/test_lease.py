"""A node that stood still makes sure of its shards before it saves again (architecture.md, Ownership)."""

from __future__ import annotations

from pathlib import Path

from tests.support.client import refusal
from tests.support.node import house


async def test_after_standing_still_nothing_is_saved_until_the_shards_are_known_to_be_ours(
    tmp_path: Path,
) -> None:
    """The lease lapses by the node's own monotonic time; the first answer is `try_later`, calls go on."""
    async with house(tmp_path) as here:
        visit = await here.plan()
        guest, provider = await here.guest(visit), await here.provider(visit)
        await guest.wait_for("inside")
        epochs = {shard.number: shard.epoch for shard in here.node.host.shards()}
        here.stand_still(seconds=10)
        assert await refusal(provider.ask("lock", op="while-unsure", on=True)) == "try_later"
        await provider.tell("signal", to=guest.ready["seat"], data="still here")
        await guest.wait_for("relayed", data="still here")
        await here.node.host.lease.sound_again()
        await provider.ask("lock", op="sure", on=True)
        assert {shard.number: shard.epoch for shard in here.node.host.shards()} == epochs
