"""What the store promises about shards and visits, on every kind of server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actors.ports import WrongDataVersion
from actors.store.servers import Servers
from actors.store.settings import StoreSettings
from actors.store.shards import DATA_VERSION, RedisShards
from engine.ids import SHARDS, ClinicId, shard_of_clinic, visit_id
from tests.real.store.servers import Server
from tests.real.store.visits import CLINIC, FIRST, NOON, OTHER, SHARD, VISIT, after, claimed, renew


@pytest.fixture
async def owned(shards: RedisShards) -> RedisShards:
    """A store whose shard is ours, in its first epoch."""
    await renew(shards, "node-1", "ana", "127.0.0.1:1")
    (claim,) = await claimed(shards, [SHARD], "node-1", "ana")
    assert claim.epoch == 1
    return shards


class TestSaving:
    """Saves, fenced by epoch and version."""

    async def test_what_was_saved_is_read_back_byte_by_byte(self, owned: RedisShards) -> None:
        """A saved body comes back as it was, with its version and save id."""
        assert await owned.save([FIRST]) == ["ok"]
        (stored,) = await owned.read([VISIT])
        assert stored is not None
        assert (stored.version, stored.save_id, stored.body) == (1, "first", FIRST.body)

    async def test_a_visit_never_saved_is_none(self, owned: RedisShards) -> None:
        """An unknown visit is None among those that are known."""
        await owned.save([FIRST])
        found = await owned.read([OTHER, VISIT])
        assert [one and one.visit for one in found] == [None, VISIT]

    async def test_the_same_save_sent_again_is_ok_and_written_once(self, owned: RedisShards) -> None:
        """One effect: the rows of a repeated save are not appended again."""
        save = replace(FIRST, audit=(b"row",))
        assert await owned.save([save]) == ["ok"]
        assert await owned.save([save]) == ["ok"]

    async def test_a_version_that_is_not_the_next_one_conflicts(self, owned: RedisShards) -> None:
        """Neither a gap nor another save of the same version is written."""
        await owned.save([FIRST])
        assert await owned.save([replace(FIRST, save_id="other")]) == ["conflict"]
        assert await owned.save([replace(FIRST, version=3, save_id="third")]) == ["conflict"]
        assert await owned.save([replace(FIRST, visit=OTHER, version=2, save_id="second")]) == ["conflict"]
        (stored,) = await owned.read([VISIT])
        assert stored is not None
        assert stored.body == FIRST.body

    async def test_a_stale_epoch_writes_nothing(self, owned: RedisShards) -> None:
        """Once another incarnation claimed the shard, the first one's saves are refused."""
        await owned.save([FIRST])
        await owned.release("node-1", "ana")
        await renew(owned, "node-2", "ben", "127.0.0.1:2")
        (claim,) = await claimed(owned, [SHARD], "node-2", "ben")
        assert (claim.epoch, claim.live) == (2, 1)
        second = after(FIRST, "second")
        assert await owned.save([second]) == ["stale"]
        assert await owned.save_clinic(SHARD, 1, CLINIC, b"settings") == "stale"
        await owned.forget(SHARD, 1, [VISIT])
        assert await owned.save([replace(second, epoch=2)]) == ["ok"]

    async def test_each_save_of_a_batch_stands_for_itself(self, owned: RedisShards) -> None:
        """One conflict or stale save does not touch the others."""
        batch = [FIRST, replace(FIRST, save_id="twice"), replace(FIRST, visit=OTHER, epoch=9)]
        assert await owned.save(batch) == ["ok", "conflict", "stale"]

    async def test_a_new_seat_past_the_lapse_is_late(self, owned: RedisShards) -> None:
        """D1, B5: the store's own clock refuses a new seat after the lapse, and takes it before."""
        now = (await renew(owned, "node-1", "ana")).now
        assert await owned.save([replace(FIRST, lapses_at=now - 1)]) == ["late"]
        assert await owned.save([replace(FIRST, lapses_at=now + 60_000)]) == ["ok"]

    async def test_a_save_without_new_seat_is_never_late(self, owned: RedisShards) -> None:
        """Completing a lapsed visit is no new seat."""
        assert await owned.save([replace(FIRST, lapses_at=0)]) == ["ok"]

    async def test_a_save_that_landed_before_the_lapse_stays_ok_after_it(self, owned: RedisShards) -> None:
        """Asked again about an outcome, the store does not deny what it did."""
        now = (await renew(owned, "node-1", "ana")).now
        landed = replace(FIRST, lapses_at=now + 60_000)
        await owned.save([landed])
        assert await owned.save([replace(landed, lapses_at=now - 1)]) == ["ok"]

    async def test_nobody_owns_a_shard_that_was_never_claimed(self, shards: RedisShards) -> None:
        """A save without a claim is stale."""
        assert await shards.save([FIRST]) == ["stale"]

    async def test_rows_are_appended_in_the_same_step_and_never_twice(
        self, owned: RedisShards, server: Server
    ) -> None:
        """The audit trail gets its rows once, in order, and none of a refused save."""
        save = replace(FIRST, audit=(b"a1", b"a2"))
        await owned.save([save])
        await owned.save([save])
        await owned.save([replace(save, save_id="other")])
        audit = await server.ask("XRANGE", f"{{s{SHARD:04d}}}:audit", "-", "+")
        assert [fields["r"] for _, fields in audit] == ["a1", "a2"]

    @pytest.mark.parametrize("save_id", ["", "two words", "x" * 41])
    async def test_a_save_id_that_could_be_misread_is_a_bug(self, owned: RedisShards, save_id: str) -> None:
        """A save's id stands in the head of the stored value, so its form is checked first."""
        with pytest.raises(ValueError, match="save's id"):
            await owned.save([replace(FIRST, save_id=save_id)])

    async def test_an_empty_batch_is_nothing(self, owned: RedisShards) -> None:
        """No saves, no results, no question to the store."""
        assert await owned.save([]) == []


class TestLoading:
    """What an owner and a calendar read."""

    async def test_an_owner_loads_clinics_and_the_visits_that_are_not_over(self, owned: RedisShards) -> None:
        """What is over is not loaded; what has no deadline is."""
        assert await owned.save_clinic(SHARD, 1, CLINIC, b"settings") == "ok"
        over = replace(FIRST, visit=OTHER)
        await owned.save([FIRST, over])
        await owned.save([after(FIRST, "no-deadline", due=None), after(over, "ended", due=None, over=True)])
        contents = await owned.load(SHARD)
        assert contents.clinics == {CLINIC: b"settings"}
        assert [(one.visit, one.save_id) for one in contents.visits] == [(VISIT, "no-deadline")]
        (ended,) = await owned.read([OTHER])
        assert ended is not None
        assert ended.save_id == "ended"

    async def test_a_shard_of_more_visits_than_one_pipeline_loads_whole(self, owned: RedisShards) -> None:
        """Reading in parts loses none."""
        visits = [visit_id(SHARD, f"{at:012d}") for at in range(450)]
        assert set(await owned.save([replace(FIRST, visit=visit) for visit in visits])) == {"ok"}
        assert {one.visit for one in (await owned.load(SHARD)).visits} == set(visits)

    async def test_an_empty_shard_loads_empty(self, owned: RedisShards) -> None:
        """Nothing there is nothing, not an error."""
        contents = await owned.load(SHARD)
        assert (contents.clinics, contents.visits) == ({}, [])

    async def test_a_day_lists_its_clinics_visits_by_start(self, owned: RedisShards) -> None:
        """[start, end) of one clinic, over and not over, following a reschedule."""
        other_clinic = ClinicId("elsewhere")
        saves = [
            replace(FIRST, start=NOON),
            replace(FIRST, visit=OTHER, start=NOON - 1),
            replace(FIRST, visit=visit_id(SHARD, "b" * 12), start=NOON + 1000),
            replace(FIRST, visit=visit_id(SHARD, "c" * 12), clinic=other_clinic),
        ]
        await owned.save(saves)
        assert await owned.day(SHARD, CLINIC, NOON, NOON + 1000) == [VISIT]
        await owned.save([after(saves[1], "moved", start=NOON + 500, over=True, due=None)])
        assert await owned.day(SHARD, CLINIC, NOON, NOON + 1000) == [VISIT, OTHER]

    async def test_forgotten_visits_are_nowhere(self, owned: RedisShards, server: Server) -> None:
        """Past its retention a visit leaves no key and no entry behind."""
        await owned.save([FIRST])
        await owned.forget(SHARD, 1, [VISIT, OTHER])
        assert await owned.read([VISIT]) == [None]
        assert await owned.day(SHARD, CLINIC, 0, 2 * NOON) == []
        assert (await owned.load(SHARD)).visits == []
        assert await server.ask("KEYS", "*v:*") == []


class TestOwnership:
    """Leases and claims."""

    async def test_of_two_nodes_one_gets_each_shard(self, servers: Servers, settings: StoreSettings) -> None:
        """While the owner's lease lives nobody else gets its shards, and is told who has them."""
        one, two = RedisShards(servers, settings), RedisShards(servers, settings)
        await one.open()
        await renew(one, "node-1", "ana")
        await renew(two, "node-2", "ben")
        mine = await claimed(one, range(0, SHARDS, 2), "node-1", "ana")
        theirs = await claimed(two, range(SHARDS), "node-2", "ben")
        assert {claim.epoch for claim in mine} == {1}
        assert [claim.epoch for claim in theirs] == [0, 1] * (SHARDS // 2)
        assert {claim.holder for claim in theirs[::2]} == {"ana"}

    async def test_a_lapsed_lease_gives_the_shards_away(self, shards: RedisShards, server: Server) -> None:
        """A node that no longer renews loses its shards, one epoch higher."""
        await renew(shards, "node-1", "ana")
        await claimed(shards, [SHARD], "node-1", "ana")
        await server.ask("DEL", "{n:node-1}:lease")  # what the server does when the lease lapses
        await renew(shards, "node-2", "ben")
        (claim,) = await claimed(shards, [SHARD], "node-2", "ben")
        assert (claim.epoch, claim.holder) == (2, "ben")

    async def test_a_lease_lapses_by_itself(self, shards: RedisShards, server: Server) -> None:
        """The lease lives as long as was asked, by the store's own clock."""
        await renew(shards, "node-1", "ana")
        assert 50_000 < await server.ask("PTTL", "{n:node-1}:lease") <= 60_000

    async def test_a_slots_new_incarnation_takes_over_at_once(self, shards: RedisShards) -> None:
        """After `kill -9` the same slot claims without waiting for the dead incarnation's lease."""
        await renew(shards, "node-1", "ana")
        await claimed(shards, [SHARD], "node-1", "ana")
        await renew(shards, "node-1", "ana-again")
        (claim,) = await claimed(shards, [SHARD], "node-1", "ana-again")
        assert claim.epoch == 2

    async def test_what_we_hold_already_keeps_its_epoch(self, owned: RedisShards) -> None:
        """Claiming again, after a lost answer or an absence of the store, changes nothing."""
        await owned.save([FIRST])
        (claim,) = await claimed(owned, [SHARD], "node-1", "ana")
        assert (claim.epoch, claim.holder, claim.live) == (1, "ana", 1)

    async def test_a_clean_stop_frees_the_shards_at_once(self, owned: RedisShards) -> None:
        """A released lease need not lapse; releasing for a dead incarnation does nothing."""
        await owned.release("node-1", "somebody-else")
        await renew(owned, "node-2", "ben")
        assert (await claimed(owned, [SHARD], "node-2", "ben"))[0].epoch == 0
        await owned.release("node-1", "ana")
        assert (await claimed(owned, [SHARD], "node-2", "ben"))[0].epoch == 2

    async def test_time_is_the_stores(self, shards: RedisShards, server: Server) -> None:
        """A renewal reads the store's TIME in milliseconds."""
        before = (await renew(shards, "node-1", "ana")).now
        seconds, micros = await server.ask("TIME")
        after_ = (await renew(shards, "node-1", "ana")).now
        assert before <= seconds * 1000 + micros // 1000 <= after_


class TestData:
    """The version of what is stored."""

    async def test_data_of_a_newer_release_is_refused(
        self, servers: Servers, settings: StoreSettings, server: Server
    ) -> None:
        """An older release must not touch what a newer one wrote."""
        await server.ask("SET", "{meta}:version", DATA_VERSION + 1)
        with pytest.raises(WrongDataVersion, match=str(DATA_VERSION + 1)):
            await RedisShards(servers, settings).open()

    async def test_opening_again_is_harmless(self, shards: RedisShards) -> None:
        """The version is written once and then checked."""
        await shards.open()
        await shards.open()

    def test_a_clinics_shard_is_in_its_visits_ids(self) -> None:
        """What the tests above rely on."""
        assert VISIT.startswith(f"{shard_of_clinic(CLINIC):04d}-")
