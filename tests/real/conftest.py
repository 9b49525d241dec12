"""One real node for each worker, and a clinic of its own at it for each test: tests share a process and a
store as clinics do, and nothing else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.node import House, house
from tests.support.talk import Talk


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def node(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Start a node once; its clock only ever goes on."""
    async with house(tmp_path_factory.mktemp("node")) as shared:
        yield shared


@pytest_asyncio.fixture(loop_scope="session")
async def here(node: House) -> AsyncIterator[House]:
    """Open a clinic for one test."""
    async with node.another_clinic() as own:
        yield own


@pytest_asyncio.fixture(loop_scope="session")
async def others(node: House) -> AsyncIterator[Talk]:
    """Put two people into a call of another clinic; when the test is over they are still in it."""
    async with node.another_clinic() as own:
        talk = await Talk.begin(own)
        yield talk
        await talk.goes_on()
