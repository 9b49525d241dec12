"""A backup is whole and tells nobody's name; a restore brings back what is not over, and nothing that is."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from actors.ports import Delivery
from actors.store.copying import copy_of
from engine.clinic import MINUTE
from engine.ids import PATIENT
from engine.planning import Contact
from gateway.backup import restore_backup, write_backup
from gateway.settings import Settings
from gateway.unable import Unable
from tests.support.node import House, free_port, house, node_settings, token_of
from tests.support.post import FakePost
from tests.support.rest import browser, signed_in


def settings(folder: Path) -> Settings:
    """Give the settings of a node in this folder."""
    return node_settings(folder, free_port())


@pytest_asyncio.fixture
async def here_once(tmp_path: Path) -> AsyncIterator[House]:
    """Start a node for one test."""
    async with house(tmp_path / "node") as here:
        yield here


async def test_what_goes_on_is_restored_and_what_has_ended_since_is_not(tmp_path: Path) -> None:
    """Seats, links and PINs of the one work again; of the others there is no guest text in any file."""
    old, new, file = tmp_path / "old", tmp_path / "new", tmp_path / "backup"
    async with house(old) as here:
        goes_on, completed, cancelled = [await here.plan() for _ in range(3)]
        later = await here.plan(starts_in=600)
        await here.provider(goes_on)
        await here.provider(completed)
        guest = await here.guest(goes_on, "Ana Stays")
        await here.guest(completed, "Zoe Canary")
        invited = await here.invite(goes_on)
        await write_backup(here.node.settings, file)
        async with signed_in(here) as who:
            await who.post(f"/visits/{completed.id}/complete")
            await who.post(f"/visits/{cancelled.id}/cancel")
            await who.post(f"/visits/{later.id}/cancel")
            session = who.http.cookies["vestibule_session"]
        pin = here.pin(goes_on)
    shutil.copytree(old / "secrets", new / "secrets")
    done = await restore_backup(settings(new), file, [old / "tombstones"])
    assert (done.visits, done.ended_since) == (1, 3)
    async with house(new) as there:
        assert (await there.back(guest)).ready["name"] == "Ana Stays"
        assert there.pin(goes_on) == pin
        assert (await there.join(token_of(invited.link), "Daughter")).ready["standing"] == "in"
        for visit, status in ((completed, "completed"), (cancelled, "cancelled"), (later, "cancelled")):
            found = await there.node.desk.find(visit.id)
            assert found is not None
            assert found.status == status
            assert {seat.name for seat in found.seats.values()} <= {"", "Dr. Rivera"}
        async with browser(there, Cookie=f"vestibule_session={session}") as who:
            assert (await who.ask("GET", "/me")).status_code == 401
        assert not there.bugs


async def test_a_restore_writes_to_nobody_of_what_has_ended(tmp_path: Path) -> None:
    """Visits that were cancelled before the backup, or since, keep no address and send no letter."""
    old, new, file = tmp_path / "old", tmp_path / "new", tmp_path / "backup"
    post, reach = FakePost(answers=[Delivery("later", "busy")] * 3), Contact(email="pat@home.example")
    async with house(old, post=post) as here:
        lingers, since, goes_on = [await here.plan(starts_in=600, contact=reach) for _ in range(3)]
        await post.have(3)
        async with signed_in(here) as who:
            await who.post(f"/visits/{lingers.id}/cancel")
            post.answers = [Delivery("later", "busy")]
            await post.have(4)
            await write_backup(here.node.settings, file)
            await who.post(f"/visits/{since.id}/cancel")
    shutil.copytree(old / "secrets", new / "secrets")
    done = await restore_backup(settings(new), file, [old / "tombstones"])
    assert (done.visits, done.ended_since) == (1, 1)
    again = FakePost()
    async with house(new, post=again) as there:
        there.later(minutes=60)
        await again.have(1)
        assert {letter.visit for letter in again.taken} == {goes_on.id}
        for visit in (lingers, since):
            found = await there.node.desk.find(visit.id)
            assert found is not None
            assert (found.status, found.letters) == ("cancelled", [])
            assert found.invitations[PATIENT].email == ""
        assert not there.bugs


async def test_a_backup_holds_no_name_and_no_pepper(tmp_path: Path) -> None:
    """Guest text in it is sealed, and what opens it is not in it; only its owner can read it."""
    file = tmp_path / "backup"
    async with house(tmp_path / "node") as here:
        visit = await here.plan()
        await here.provider(visit)
        await here.guest(visit, "Zoe Canary")
        await here.invite(visit, "Canary Daughter", "canary@example.org")
        await write_backup(here.node.settings, file)
        pin, token = here.pin(visit), here.guest_token(visit)
    backup = file.read_bytes()
    assert visit.id.encode() in backup
    pepper = (tmp_path / "node" / "secrets" / "pepper").read_bytes().split()[1]
    for secret in (b"Canary", b"canary", pin.encode(), token.rpartition(".")[2].encode(), pepper):
        assert secret not in backup
    assert file.stat().st_mode & 0o777 == 0o600


async def test_a_visit_whose_time_is_long_over_ends_with_the_restore(tmp_path: Path) -> None:
    """Also without a tombstone: nobody could have gone on."""
    old, new, file = tmp_path / "old", tmp_path / "new", tmp_path / "backup"
    async with house(old) as here:
        visit = await here.plan()
        here.clock.ahead = -400 * MINUTE
        stale = await here.plan()
        here.clock.ahead = 0
        await write_backup(here.node.settings, file)
    shutil.copytree(old / "secrets", new / "secrets")
    done = await restore_backup(settings(new), file)
    assert (done.visits, done.ended_since) == (1, 1)
    async with house(new) as there:
        assert there.node.host.live(visit.id) is not None
        assert there.node.host.live(stale.id) is None


async def test_a_node_that_is_stopped_can_be_backed_up_too(tmp_path: Path) -> None:
    """Its store is started for the moment."""
    async with house(tmp_path / "node") as here:
        visit = await here.plan()
    size = await write_backup(settings(tmp_path / "node"), tmp_path / "backup")
    assert size == (tmp_path / "backup").stat().st_size
    assert visit.id.encode() in (tmp_path / "backup").read_bytes()


async def test_nothing_is_restored_over_a_store_or_without_its_pepper(
    tmp_path: Path, here_once: House
) -> None:
    """Nor from what is no backup, or is damaged; and after a refusal the folder is as empty as it was."""
    file, new = tmp_path / "backup", tmp_path / "new"
    await write_backup(here_once.node.settings, file)
    with pytest.raises(Unable, match="pepper"):
        await restore_backup(settings(new), file)
    shutil.copytree(here_once.node.settings.data_dir / "secrets", new / "secrets")
    wrong = tmp_path / "wrong"
    for content in (b"", b"nonsense\n" * 100, file.read_bytes()[:60] + b"rubbish"):
        wrong.write_bytes(content)
        with pytest.raises(Unable, match=r"no backup|damaged"):
            await restore_backup(settings(new), wrong)
        assert not (new / "store").exists()
        assert not (new / "restoring").exists()
    await restore_backup(settings(new), file)
    with pytest.raises(Unable, match="already"):
        await restore_backup(settings(new), file)


async def test_a_copy_of_a_large_store_is_whole(tmp_path: Path, here_once: House) -> None:
    """Larger than any buffer on its way."""
    for _ in range(300):
        await here_once.plan(name="n" * 64)
    url = f"unix://{here_once.node.settings.data_dir}/store/valkey.sock"
    copy = b"".join([piece async for piece in copy_of(url)])
    assert copy.startswith((b"REDIS", b"VALKEY"))
    assert len(copy) > 1 << 16
    file = tmp_path / "backup"
    await write_backup(here_once.node.settings, file)
    new = tmp_path / "new"
    shutil.copytree(here_once.node.settings.data_dir / "secrets", new / "secrets")
    assert (await restore_backup(settings(new), file)).visits == 300
