"""One real node for each worker, and a clinic of its own at it for each test: tests share a process and a
store as clinics do, and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Final

import pytest
import pytest_asyncio
from prometheus_client import generate_latest

from tests.support.node import House, house
from tests.support.talk import Talk

LOOKS_EVERY: Final = 0.1
TOLD: Final = ("vestibule_saves_total", "vestibule_lease_lost_total", "vestibule_save_seconds_sum")


class Lag:
    """How long this process's loop stood still at most: said when a test fails, for a machine can do that."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def watch(self) -> None:
        """Look for ever."""
        while True:
            began = monotonic()
            await asyncio.sleep(LOOKS_EVERY)
            self.longest = max(self.longest, monotonic() - began - LOOKS_EVERY)


_lag = Lag()
_shared: list[House] = []


@asynccontextmanager
async def _watched() -> AsyncIterator[None]:
    task = asyncio.create_task(_lag.watch())
    try:
        yield
    finally:
        task.cancel()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def node(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Start a node once; its clock only ever goes on."""
    async with house(tmp_path_factory.mktemp("node")) as shared, _watched():
        _shared.append(shared)
        yield shared
        _shared.clear()


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


def pytest_runtest_setup() -> None:
    """Look at each test's standstills alone."""
    _lag.longest = 0.0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say with a failed test how the shared node fared: its saves, its lease, its loop."""
    report = yield
    if report.failed and _shared and "here" in getattr(item, "fixturenames", ()):
        lines = generate_latest(_shared[0].node.metrics.registry).decode().splitlines()
        told = [line for line in lines if line.startswith(TOLD)]
        told.append(f"the loop stood still for {_lag.longest:.2f} s at most in this test")
        report.sections.append(("The node", "\n".join(told)))
    return report
