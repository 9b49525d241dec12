"""What the store promises about today's counters and numbers that said STOP, on every kind of server."""

from __future__ import annotations

import pytest

from actors.ports import Quota
from actors.store.quotas import RedisQuotas
from actors.store.servers import Servers
from actors.store.stops import RedisStops
from engine.ids import ClinicId
from tests.real.store.servers import Server

ANN, BAY = ClinicId("ann"), ClinicId("bayview")
NUMBER = "+14155550142"


@pytest.fixture(autouse=True)
async def opened(servers: Servers) -> None:
    """Let the scripts be loaded."""
    await servers.open()


def stops(servers: Servers, *keys: str) -> RedisStops:
    """Open the stop list under a pepper with these keys, the newest first."""
    return RedisStops(servers, lambda *what: tuple(f"{key} {' '.join(what)}" for key in keys))


class TestQuotas:
    """Counters of a day."""

    async def test_all_are_added_to_or_none(self, servers: Servers) -> None:
        """One that would pass what it may reach stops the others too."""
        quotas = RedisQuotas(servers)
        assert await quotas.spend(7, [Quota("a", 2, 3), Quota("b", 1, 1)])
        assert not await quotas.spend(7, [Quota("a", 1, 3), Quota("b", 1, 1)])
        assert await quotas.spend(7, [Quota("a", 1, 3)])
        assert not await quotas.spend(7, [Quota("a", 1, 3)])

    async def test_shards_count_apart(self, servers: Servers) -> None:
        """What one clinic group asked for is not another's."""
        quotas = RedisQuotas(servers)
        assert await quotas.spend(7, [Quota("a", 1, 1)])
        assert await quotas.spend(8, [Quota("a", 1, 1)])

    async def test_the_deployments_texts_have_one_counter(self, servers: Servers) -> None:
        """A day's money is spent once, wherever."""
        quotas = RedisQuotas(servers)
        assert await quotas.texts() == 0
        assert [await quotas.text(2) for _ in range(3)] == [True, True, False]
        assert await quotas.texts() == 2

    async def test_counters_end_with_the_day(self, servers: Servers, server: Server) -> None:
        """R15: keyed hashes of addresses live 24 hours at most; yesterday's count for nothing."""
        quotas = RedisQuotas(servers)
        await quotas.spend(7, [Quota("a", 1, 1)])
        left = await server.ask("TTL", "{s0007}:asked")
        assert 0 < left <= 86_400
        await server.ask("HSET", "{s0007}:asked", "day", "1")
        assert await quotas.spend(7, [Quota("a", 1, 1)])


class TestStops:
    """Numbers that want nothing."""

    async def test_stop_holds_until_start_and_for_its_clinic(self, servers: Servers) -> None:
        """Each clinic has its own list; saying it twice is saying it."""
        listed = stops(servers, "key")
        assert not await listed.stopped(ANN, NUMBER)
        for _ in range(2):
            await listed.stop(ANN, NUMBER)
        assert await listed.stopped(ANN, NUMBER)
        assert not await listed.stopped(BAY, NUMBER)
        await listed.start(ANN, NUMBER)
        assert not await listed.stopped(ANN, NUMBER)

    async def test_stop_outlives_the_pepper_it_was_said_under(self, servers: Servers) -> None:
        """Once it was met under a newer key, the older one may go."""
        await stops(servers, "old").stop(ANN, NUMBER)
        assert await stops(servers, "new", "old").stopped(ANN, NUMBER)
        assert await stops(servers, "new").stopped(ANN, NUMBER)
        await stops(servers, "newest", "new", "old").start(ANN, NUMBER)
        assert not await stops(servers, "new", "old").stopped(ANN, NUMBER)
