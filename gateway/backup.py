"""Backup and restore of a node's store.

A backup is one file: a line that says so, then the store as of one moment. Guest text in it is sealed, and
the pepper that opens it is not in it. What has ended since must not come back: each node writes the ids of
ended visits to a small file outside its store, and a restore purges those visits before anybody is served.
Sessions are closed too, for somebody may have signed out since. While the store is made ready no letter
leaves; those of visits that go on, not yet sent when the backup was taken, leave afterwards, perhaps once
more.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from actors.embedded import EmbeddedStore, StoreUnusable, hold_data_dir
from actors.store.copying import copy_of, is_copy
from actors.store.rewrite import PurgeRewrite
from actors.store.servers import Servers
from actors.store.settings import StoreSettings
from engine.asking import ByStaff, Cancel, Complete
from engine.clinic import StaffRole
from engine.commands import Tick
from engine.ids import OpId, UserId, VisitId
from engine.refusals import Refused
from gateway.node import Node, Seams, running
from gateway.operator import reach
from gateway.settings import Settings
from gateway.tombstones import buried
from gateway.unable import Unable

FIRST_LINE: Final = b"vestibule backup 1 "
LONGEST_LINE: Final = 80
APPEND_ONLY: Final = "appendonlydir"
BASE: Final = "appendonly.aof.1.base.rdb"
MANIFEST: Final = "appendonly.aof.manifest"
REWRITE_LOOKS_EVERY: Final = 0.05
RESTORER: Final = UserId("restore")
RESTORED: Final = "restored"
"""Why a letter of an ended visit was given up."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did."""

    taken_at: str
    visits: int
    ended_since: int
    sessions: int

    def __str__(self) -> str:
        return (
            f"Restored the backup of {self.taken_at}: {self.visits} visits are alive, {self.ended_since} had"
            f" ended since and were purged, {self.sessions} sessions were closed. Passwords and API keys are"
            " those of then: withdraw again what was withdrawn since."
        )


async def write_backup(settings: Settings, file: Path) -> int:
    """Write the store to a file that only its owner reads; returns its bytes. Raises StoreDown, Unable."""
    new = file.with_name(f"{file.name}.new")
    try:
        async with contextlib.AsyncExitStack() as stack:
            url = await reach(settings, stack)
            out = stack.enter_context(_create(new))
            out.write(FIRST_LINE + datetime.now(UTC).isoformat(timespec="seconds").encode() + b"\n")
            async for piece in copy_of(url):
                out.write(piece)
            return _complete(out, new, file)
    except OSError as error:
        raise Unable(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        _remove(new)


def _create(path: Path) -> BinaryIO:
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _complete(out: BinaryIO, new: Path, file: Path) -> int:
    """Put a file in place once it is whole and on the disk."""
    out.flush()
    os.fsync(out.fileno())
    size = out.tell()
    new.replace(file)
    return size


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


async def restore_backup(settings: Settings, file: Path, tombstones: Sequence[Path] = ()) -> Restored:
    """Put a backup into an empty data directory, once all that has ended since is purged. Raises Unable.

    It is made ready in a folder beside, so that nobody can serve it before.
    """
    if settings.store.url is not None:
        raise Unable("An external store is restored with its own tools; leave store.url out to restore here.")
    if not (settings.secrets_folder / "pepper").exists():
        raise Unable(f"Put the pepper of the node that was lost into {settings.secrets_folder} first.")
    aside = _aside(settings)
    try:
        with hold_data_dir(settings.data_dir):
            _check_empty(settings.data_dir)
            ended = frozenset[VisitId]().union(*map(buried, (settings.tombstones_file, *tombstones)))
            taken_at = await asyncio.to_thread(_unpack, aside.data_dir, file)
            done = await _made_ready(aside, ended, taken_at)
            (aside.data_dir / "store").rename(settings.data_dir / "store")
    except StoreUnusable as error:
        raise Unable(f"{file} is damaged, or of a newer release: the store cannot read it.") from error
    except OSError as error:
        raise Unable(f"{error.filename or file} cannot be used: {error.strerror}.") from error
    finally:
        await asyncio.to_thread(shutil.rmtree, aside.data_dir, ignore_errors=True)
    return done


def _aside(settings: Settings) -> Settings:
    """Give the settings with which the restored store is made ready: the same, in a folder beside."""
    changes = {
        "store": settings.store.model_copy(update={"data_dir": settings.data_dir / "restoring"}),
        "secrets": settings.secrets.model_copy(update={"folder": settings.secrets_folder}),
        "privacy": settings.privacy.model_copy(update={"tombstones_file": settings.tombstones_file}),
    }
    return settings.model_copy(update=changes)


def _check_empty(data_dir: Path) -> None:
    if (data_dir / "store" / APPEND_ONLY).exists():
        raise Unable(f"{data_dir} holds a store already: choose an empty data directory.")
    shutil.rmtree(data_dir / "store", ignore_errors=True)  # a lock and a log, perhaps
    shutil.rmtree(data_dir / "restoring", ignore_errors=True)


async def _made_ready(settings: Settings, ended: frozenset[VisitId], taken_at: str) -> Restored:
    async with running(settings, Seams(silent=True)) as node:
        purged = await _purge(node, ended)
        sessions = await _close_sessions(node)
        visits = node.host.figures().visits.total()
    await _forget(settings)
    return Restored(taken_at, visits, purged, sessions)


def _unpack(data_dir: Path, file: Path) -> str:
    """Lay the copy down as the first part of an append-only file; returns when it was taken."""
    with file.open("rb") as backup:
        line = backup.readline(LONGEST_LINE)
        if not line.startswith(FIRST_LINE) or not line.endswith(b"\n"):
            raise Unable(f"{file} is no backup of Vestibule's.")
        beginning = backup.read(9)
        if not is_copy(beginning):
            raise Unable(f"{file} is damaged: it does not hold a store.")
        folder = data_dir / "store" / APPEND_ONLY
        folder.mkdir(mode=0o700, parents=True)
        with _create(folder / BASE) as out:
            out.write(beginning)
            shutil.copyfileobj(backup, out)
        (folder / MANIFEST).write_text(f"file {BASE} seq 1 type b\n")
    return line.removeprefix(FIRST_LINE).decode("ascii", "replace").strip()


async def _purge(node: Node, ended: frozenset[VisitId]) -> int:
    """End what has ended since the backup, by a tombstone or because its time is over; returns how many."""
    purged = 0
    for shard in node.host.shards():
        for live in list(shard.visits.values()):
            visit = live.visit
            if visit.over:  # it was cancelled, and whoever had to hear it has
                await _quietly(node, visit.id)
                continue
            asked = _ending(started=visit.started) if visit.id in ended else Tick()
            outcome = await node.desk.ask(visit.id, asked)
            if isinstance(outcome, Refused) and outcome.code != "visit_over":
                raise Unable(f"The visit {visit.id} could not be purged ({outcome.code}): restore again.")
            if node.host.live(visit.id) is None:
                await _quietly(node, visit.id)
                purged += 1
    return purged


async def _quietly(node: Node, visit: VisitId) -> None:
    """Let go of the addresses of a visit that is over: its people were told when it was."""
    refused = await node.desk.give_up_letters(visit, RESTORED)
    if refused is not None:
        raise Unable(f"The visit {visit} could not be purged ({refused.code}): restore again.")


def _ending(*, started: bool) -> Complete | Cancel:
    by, op = ByStaff(RESTORER, StaffRole.ADMIN), OpId("restore")
    return Complete(op, by) if started else Cancel(op, by)


async def _close_sessions(node: Node) -> int:
    accounts, closed = node.auth.accounts, 0
    for shard in node.host.shards():
        for clinic in shard.clinics:
            for user in await accounts.staff(clinic):
                closed += await accounts.close_sessions(user.id)
                await accounts.withdraw_welcome(user.id)  # it may have been used since
    return closed


async def _forget(settings: Settings) -> None:
    """Rewrite the append-only file, so that what was purged is in no file of this node's either (R15)."""
    async with EmbeddedStore(settings.data_dir, appendfsync=settings.store.appendfsync) as store:
        reached = StoreSettings(url=store.url, rewrite_every_seconds=0.0)
        servers = Servers(reached)
        await servers.open()
        try:
            rewrite = PurgeRewrite(servers, reached)
            while (await rewrite.step()).forgotten is None:  # noqa: ASYNC110 - a server tells nobody of its rewrite
                await asyncio.sleep(REWRITE_LOOKS_EVERY)
        finally:
            await servers.close()
