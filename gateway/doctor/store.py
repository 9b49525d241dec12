"""What the doctor asks the store: does it answer, will it keep what it is given, and who lives on it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Final

from actors.embedded import EmbeddedStore, EmbeddedStoreError, StoreInUse
from actors.ports import Member, StoreDown
from actors.store.looking import Look, NodeFacts, ServerFacts, StoreFacts
from actors.store.reading import OddReplyError
from actors.store.shards import DATA_VERSION
from engine.ids import SHARDS
from gateway.addresses import host_and_port
from gateway.doctor.finding import Finding, note, ok, problem
from gateway.settings import Settings

CLOCK_SECONDS: Final = 2.0
"""How far this machine's clock may be from the store's."""
SLOW_SECONDS: Final = 0.02
VERY_SLOW_SECONDS: Final = 0.5
"""From here on people wait for seconds."""
OLDEST: Final = (7, 0)
"""The oldest Redis that knows everything that we ask of it."""
FULL: Final = 0.8
ASK_WITHIN: Final = 10.0
"""Seconds that all questions to the store may take together."""
REACH_WITHIN: Final = 2.0
OVERDUE_SECONDS: Final = 10.0
"""Deadlines are fired within a second; after a restart of everything within five."""

AWAY: Final = (
    "Is it running, not paused, and can it be reached from here?"
    " See dashboards/runbooks/VestibuleStoreAway.md."
)


async def store(settings: Settings) -> AsyncIterator[Finding]:
    """Ask the store, and about the nodes that share it; one that the node brings along is started for that,
    if no node runs.
    """
    async with AsyncExitStack() as stack:
        url = settings.store.url
        if url is None:
            embedded = EmbeddedStore(settings.data_dir, appendfsync=settings.store.appendfsync)
            url = embedded.url
            try:
                await stack.enter_async_context(embedded)
            except StoreInUse as used:
                yield ok("node", f"runs on {settings.data_dir} (process {used.pid or 'unknown'})")
            except EmbeddedStoreError as error:
                yield problem("store", str(error), "Mend that, then look again.")
                return
        look = await stack.enter_async_context(Look(url))
        async for finding in _asked(look, settings):
            yield finding


async def _asked(look: Look, settings: Settings) -> AsyncIterator[Finding]:
    try:
        async with asyncio.timeout(ASK_WITHIN):
            facts, nodes = await look.store(), await look.nodes()
    except (StoreDown, TimeoutError) as error:
        why = "no answer in time" if isinstance(error, TimeoutError) else str(error)
        yield problem("store", f"it does not answer ({why}): nothing can be saved.", AWAY)
        return
    except (ValueError, OddReplyError) as error:
        yield problem("store", f"it cannot be used: {error}.", "Check store.url and what it points to.")
        return
    for finding in [*on_store(facts, embedded=settings.store.url is None), *on_nodes(nodes)]:
        yield finding
    for finding in await asyncio.gather(*map(_reached, nodes.members)):
        yield finding


# ---------------------------------------------------------------- the store


def on_store(facts: StoreFacts, *, embedded: bool) -> Iterator[Finding]:
    """Judge what the store says of itself."""
    yield _speed(facts.answers_in)
    yield _clock(facts.ahead)
    if facts.data_version > DATA_VERSION:
        yield problem(
            "store version",
            f"its data has version {facts.data_version}, this release knows {DATA_VERSION}.",
            "Install the release that wrote it, or a newer one.",
        )
    for server in facts.servers:
        yield _version(server)
        yield from _keeps(server, embedded=embedded)
        yield _memory(server)


def _speed(seconds: float) -> Finding:
    took = f"answers in {seconds * 1000:.1f} ms"
    if seconds >= VERY_SLOW_SECONDS:
        return problem("store", f"{took}: people wait.", "Look for its load, its disk, and the way to it.")
    if seconds >= SLOW_SECONDS:
        return note("store", f"{took}, which is slow.", "Look for its load, and put it nearer to the nodes.")
    return ok("store", took)


def _clock(ahead: float) -> Finding:
    if abs(ahead) <= CLOCK_SECONDS:
        return ok("clock", f"the store's and this machine's are {abs(ahead) * 1000:.0f} ms apart")
    way = "ahead of" if ahead < 0 else "behind"
    return note("clock", f"this machine's is {abs(ahead):.0f} s {way} the store's.", "Let NTP set both.")


def _version(server: ServerFacts) -> Finding:
    read = tuple(int(part) for part in re.findall(r"\d+", server.version)[:2])
    if read < OLDEST:
        return problem(
            "store version",
            f"{server.version or 'unknown'} is too old.",
            "Use Redis 7.0, Valkey 7.2, or newer.",
        )
    if not server.master:
        return problem(
            "store version",
            f"{server.version}; this server is a replica and takes no writes.",
            "Let store.url point to the primary.",
        )
    return ok("store version", server.version)


def _keeps(server: ServerFacts, *, embedded: bool) -> Iterator[Finding]:
    if not server.kept:
        yield problem(
            "persistence", "it keeps no append-only file: a restart loses visits.", "Set appendonly yes."
        )
    elif not server.written:
        yield problem(
            "persistence", "its last write to the disk failed.", "Make room or mend the disk; see its log."
        )
    elif not server.fsync:
        yield note("persistence", "it does not say how it syncs its file.", "See to appendfsync always.")
    elif server.fsync != "always":
        if not embedded:  # else the settings were told so already
            yield note(
                "persistence",
                f"appendfsync is {server.fsync}: a power cut can lose what was acknowledged.",
                "Set appendfsync always.",
            )
    else:
        yield ok(
            "persistence", f"synced before it is acknowledged, {server.file_bytes >> 20:,} MiB on the disk"
        )


def _memory(server: ServerFacts) -> Finding:
    used = f"{server.memory_bytes >> 20:,} MiB"
    if server.evicted:
        return problem(
            "store memory",
            f"it has thrown away {server.evicted:,} keys: visits are missing.",
            "Set maxmemory-policy noeviction, and give it more memory; restore what is missing.",
        )
    if not server.memory_most:
        return ok("store memory", f"{used}, without a bound of its own")
    if server.policy != "noeviction":
        return problem(
            "store memory",
            f"when it is full it throws keys away ({server.policy}).",
            "Set maxmemory-policy noeviction.",
        )
    share = server.memory_bytes / server.memory_most
    if share >= FULL:
        return note("store memory", f"{used}, {share:.0%} of what it may use.", "Give it more.")
    return ok("store memory", f"{used}, {share:.0%} of what it may use")


# ---------------------------------------------------------------- the nodes


def on_nodes(facts: NodeFacts) -> Iterator[Finding]:
    """Judge who lives and what is whose."""
    if not facts.members:
        yield note("nodes", "none runs on this store.", "Start one: vestibule start.")
        return
    for member in facts.members:
        shards = f"{facts.owned[member.node]:,} of {SHARDS:,} shards"
        if member.draining:
            yield note("nodes", f"{member.node} is giving its visits away; it still has {shards}.")
        else:
            yield ok("nodes", f"{member.node} renews its lease, has {shards}, version {member.version}")
    for name in facts.dead:
        yield note(
            "nodes",
            f"{name} renews its lease no more.",
            "Start it again; or nothing, if it is gone for good.",
        )
    versions = sorted({member.version for member in facts.members})
    if len(versions) > 1:
        yield note("nodes", f"they run {' and '.join(versions)}.", "Finish the rolling restart.")
    if facts.unowned:
        yield problem(
            "shards",
            f"{facts.unowned:,} have no living owner: their visits are not served.",
            "It lasts seconds when a node died; if it stays, restart the nodes one by one.",
        )
    if facts.overdue > OVERDUE_SECONDS:
        yield problem(
            "deadlines",
            f"the oldest one is {facts.overdue:.0f} s overdue: visits do not end, letters do not leave.",
            "See dashboards/runbooks/VestibuleExpiryLate.md.",
        )


async def _reached(member: Member) -> Finding:
    """Knock at a node's door as the others do."""
    if not member.address:
        return note("nodes", f"{member.node} says no address yet: it is starting.")
    try:
        async with asyncio.timeout(REACH_WITHIN):
            _, writer = await asyncio.open_connection(*host_and_port(member.address))
        writer.close()
    except (OSError, ValueError) as error:  # TimeoutError is an OSError
        why = "no answer" if isinstance(error, TimeoutError) else type(error).__name__
        return problem(
            "nodes",
            f"{member.node} cannot be reached at {member.address} ({why}).",
            "If this machine should reach it: is it running, is its port open to the other nodes?",
        )
    return ok("nodes", f"{member.node} answers at {member.address}")
