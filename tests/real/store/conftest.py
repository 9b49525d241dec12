"""Every test that asks for `server` runs on each kind of server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from actors.store.servers import Servers
from actors.store.settings import StoreSettings
from actors.store.shards import RedisShards
from tests.real.store.servers import Server, Simulated, debian_redis, embedded, redis_cluster
from tests.simulation.store import Direct
from tests.simulation.store import servers as simulated_servers


@pytest.fixture(scope="session")
def cluster_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A cluster takes seconds to begin, so it is shared and emptied for each test."""
    with redis_cluster(tmp_path_factory.mktemp("cluster")) as server:
        yield server


KINDS = ("embedded", "redis", "cluster")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The store of the simulation keeps the contract as well; it has no process to be stopped or killed."""
    if "server" in metafunc.fixturenames:
        contract = metafunc.module.__name__.rpartition(".")[2].startswith("test_contract_")
        metafunc.parametrize("server", (*KINDS, *(("simulated",) if contract else ())), indirect=True)


@pytest.fixture
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Server | Simulated]:
    """An empty store of each kind."""
    if request.param == "simulated":
        yield Simulated()
    elif request.param == "embedded":
        async with embedded(tmp_path) as server:
            yield server
    elif request.param == "redis":
        with debian_redis(tmp_path) as server:
            yield server
    else:
        server = request.getfixturevalue("cluster_server")
        await server.ask("FLUSHALL")
        yield server


@pytest.fixture
def settings(server: Server | Simulated) -> StoreSettings:
    """Settings whose times are short enough for tests that wait for them."""
    return StoreSettings(url=server.url, answer_seconds=5.0, longest_pause_seconds=0.1)


@pytest.fixture
async def servers(server: Server | Simulated, settings: StoreSettings) -> AsyncIterator[Servers]:
    """The connections to the store."""
    if isinstance(server, Simulated):
        servers = simulated_servers(lambda: Direct(server.store), settings)
    else:
        servers = Servers(settings)
    yield servers
    await servers.close()


@pytest.fixture
async def shards(servers: Servers, settings: StoreSettings) -> RedisShards:
    """The shards' store, open."""
    shards = RedisShards(servers, settings)
    await shards.open()
    return shards
