"""The doctor at a node that runs: what it finds when all is well, when it is not, when nothing answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.doctor import Finding, examine
from gateway.doctor.ways import ways
from tests.prove.peek import embedded_url, peek
from tests.support.mailbox import mailbox
from tests.support.node import House, free_port, house, node_settings
from tests.support.paused import paused_store

pytestmark = pytest.mark.asyncio(loop_scope="module")

WITHIN = 20.0
BUILT = {"pages"}
"""Whether the pages are built is not asked here."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A node as `vestibule dev` runs it."""
    async with house(tmp_path_factory.mktemp("data"), demo=True) as found:
        yield found


async def looked(here: House) -> list[Finding]:
    """What the doctor finds, in time."""
    async with asyncio.timeout(WITHIN):
        return await examine(here.node.settings)


def said(findings: list[Finding], what: str) -> list[tuple[str, str]]:
    """What was found about something: verdicts and sentences."""
    return [(one.verdict, one.text) for one in findings if one.what == what]


def troubles(findings: list[Finding]) -> set[str]:
    """What is wrong."""
    return {one.what for one in findings if one.wrong} - BUILT


async def test_a_running_node_is_explained(here: House) -> None:
    """Store, clocks, lease, shards, outbox, promises and port: each is said, and nothing is wrong."""
    findings = await looked(here)
    assert troubles(findings) == set()
    about = {one.what for one in findings if one.verdict == "ok"}
    assert {"store", "store version", "persistence", "store memory", "clock", "nodes", "disk"} <= about
    assert {"serving", "promises", "outbox", "port", "data folder", "pepper"} <= about
    (lease, reached) = said(findings, "nodes")
    assert "1,024 of 1,024 shards" in lease[1]
    assert str(here.port) in reached[1]


async def test_looking_changes_nothing(here: House) -> None:
    """No node more is known afterwards than before."""
    before = here.node.host.members()
    await looked(here)
    assert here.node.host.members() == before
    async with peek(embedded_url(here.node.settings.data_dir)) as store:
        assert await store.smembers("{nodes}:known") == {b"node-1"}


async def test_a_store_that_may_lose_visits_is_found(here: House) -> None:
    """Synced once a second, and told to throw keys away."""
    odd = {"appendfsync": "everysec", "maxmemory": "1gb", "maxmemory-policy": "allkeys-lru"}
    async with peek(embedded_url(here.node.settings.data_dir)) as store:
        before = {name: (await store.config_get(name))[name] for name in odd}
        for name, value in odd.items():
            await store.config_set(name, value)
        findings = await looked(here)
        for name, was in before.items():
            await store.config_set(name, str(was))
    assert troubles(findings) == {"store memory"}
    assert "allkeys-lru" in said(findings, "store memory")[0][1]


async def test_what_must_never_happen_is_found(here: House) -> None:
    """With its runbook."""
    here.node.metrics.joined_after_expiry()
    findings = await looked(here)
    assert troubles(findings) == {"promises"}
    assert [one.do for one in findings if one.what == "promises"] == [
        "See dashboards/runbooks/VestibuleJoinAfterExpiry.md."
    ]


async def test_a_paused_store_is_said_and_not_waited_for(here: House) -> None:
    """Its socket takes connections and nothing is answered: the doctor says so, and looks at the rest."""
    async with paused_store(here.node.settings.data_dir):
        findings = await looked(here)
    await here.node.host.lease.sound_again()
    assert "store" in troubles(findings)
    assert "does not answer" in said(findings, "store")[0][1]
    assert said(findings, "serving")
    assert said(findings, "port")


async def test_a_stopped_node_is_looked_at_too(tmp_path: Path) -> None:
    """On a new machine there is nothing wrong, and no node."""
    settings = node_settings(tmp_path, free_port())
    async with asyncio.timeout(WITHIN):
        findings = await examine(settings)
    assert troubles(findings) == set()
    assert said(findings, "nodes") == [("note", "none runs on this store.")]
    assert said(findings, "serving")[0][0] == "note"
    assert said(findings, "port")[0][0] == "ok"


async def test_mail_and_texts_are_tried_without_sending(tmp_path: Path) -> None:
    """Who answers is ok, who does not is a problem; nothing is handed over."""
    texts = {"provider": "webhook", "url": f"http://127.0.0.1:{free_port()}", "token": "x" * 16}
    async with mailbox() as box:
        mail = {"host": "127.0.0.1", "tls": "none", "sender": "visits@clinic.example"}
        good = node_settings(tmp_path, free_port(), mail={**mail, "port": box.port}, texts=texts)
        found = await ways(good, serving=False)
        bad = node_settings(tmp_path, free_port(), mail={**mail, "port": free_port()})
        found += await ways(bad, serving=False)
        assert box.got == []
    assert [one.verdict for one in found if one.what == "mail"] == ["ok", "problem"]
    assert [one.verdict for one in found if one.what == "texts"] == ["problem"]
