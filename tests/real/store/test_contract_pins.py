"""What the store promises about PINs and guesses, on every kind of server."""

from __future__ import annotations

import asyncio

import pytest

from actors.ports import Guesses, GuessLimits, PinEntry
from actors.store.pins import RedisPins
from actors.store.servers import Servers
from engine.ids import Instant, VisitId
from tests.real.store.servers import Server
from tests.real.store.visits import OTHER, VISIT

NUMBER = "+14155550100"
HOUR = 3_600_000
LIMITS = GuessLimits(space_of_one=1000, caller=3)


@pytest.fixture
def pins(servers: Servers) -> RedisPins:
    """The PIN store."""
    return RedisPins(servers)


@pytest.fixture
async def now(server: Server) -> Instant:
    """The store's time."""
    seconds, _ = await server.ask("TIME")
    return int(seconds) * 1000


def known(now: Instant, invitation: str = "shared", visit: VisitId = VISIT) -> PinEntry:
    """An entry that is known now, for an hour."""
    return PinEntry(visit, invitation, 0, now - HOUR, now + HOUR)


async def test_a_pin_leads_to_the_invitation_that_reserved_it(pins: RedisPins, now: Instant) -> None:
    """Reserved once, by one; the same invitation may reserve it again."""
    entry = known(now)
    assert await pins.reserve(NUMBER, "h1", entry, now + 24 * HOUR)
    assert await pins.reserve(NUMBER, "h1", entry, now + 24 * HOUR)
    assert not await pins.reserve(NUMBER, "h1", known(now, visit=OTHER), now + 24 * HOUR)
    found, guesses = await pins.look(NUMBER, "h1", "caller", "key")
    assert found == entry
    assert guesses == Guesses(space=0, caller=0, key=0, known=1)


async def test_two_numbers_have_spaces_of_their_own(pins: RedisPins, now: Instant) -> None:
    """The same PIN may lead elsewhere on another number."""
    await pins.reserve(NUMBER, "h1", known(now), now + 24 * HOUR)
    assert await pins.reserve("+14155550199", "h1", known(now, visit=OTHER), now + 24 * HOUR)


async def test_a_pin_is_not_given_away_before_its_time(pins: RedisPins, now: Instant) -> None:
    """Never reused within 24 h: an ended PIN is kept, one past its keeping is free."""
    await pins.reserve(NUMBER, "kept", PinEntry(VISIT, "shared", 0, now - 2 * HOUR, now - HOUR), now + HOUR)
    await pins.reserve(NUMBER, "free", PinEntry(VISIT, "shared", 0, now - 2 * HOUR, now - HOUR), now - 1)
    assert not await pins.reserve(NUMBER, "kept", known(now, visit=OTHER), now + HOUR)
    assert await pins.reserve(NUMBER, "free", known(now, visit=OTHER), now + HOUR)


async def test_what_is_past_its_keeping_is_swept(pins: RedisPins, now: Instant, server: Server) -> None:
    """What nobody may ask for any more is dropped: not even keyed hashes stay."""
    for at in range(10):
        await pins.reserve(NUMBER, f"old{at}", PinEntry(VISIT, "shared", at, 0, 1), 2)
    await pins.reserve(NUMBER, "new", known(now), now + HOUR)
    assert await pins.sweep(NUMBER) == 10
    left = [await server.ask("ZCARD", f"{{p:{NUMBER}}}:{name}") for name in ("from", "until", "keep")]
    assert [await server.ask("HLEN", f"{{p:{NUMBER}}}:pins"), *left] == [1, 1, 1, 1]


async def test_a_pin_follows_its_visit(pins: RedisPins, now: Instant) -> None:
    """Extended, ended, and cancelled before it was ever known."""
    await pins.reserve(NUMBER, "h1", known(now), now + 24 * HOUR)
    await pins.move(NUMBER, "h1", now - HOUR, now + 2 * HOUR, now + 26 * HOUR)
    entry, _ = await pins.look(NUMBER, "h1", "c", "k")
    assert entry is not None
    assert entry.known_until == now + 2 * HOUR

    await pins.move(NUMBER, "h1", now - HOUR, now, now + 24 * HOUR)
    entry, guesses = await pins.look(NUMBER, "h1", "c", "k")
    assert entry is not None
    assert (entry.known_until, guesses.known) == (now, 0)

    await pins.reserve(NUMBER, "h2", PinEntry(VISIT, "p", 0, now + 5 * HOUR, now + 6 * HOUR), now + 24 * HOUR)
    await pins.move(NUMBER, "h2", now + 5 * HOUR, now, now + 24 * HOUR)
    assert (await pins.look(NUMBER, "h2", "c", "k"))[1].known == 0


async def test_moving_a_pin_that_nobody_has_makes_none(pins: RedisPins, now: Instant) -> None:
    """A swept PIN does not come back by a move."""
    await pins.move(NUMBER, "ghost", now, now + HOUR, now + 2 * HOUR)
    assert await pins.look(NUMBER, "ghost", "c", "k") == (None, Guesses(0, 0, 0, 0))


async def test_a_wrong_pin_is_counted_in_the_step_that_reads_it(pins: RedisPins, now: Instant) -> None:
    """Each guess sees all earlier ones: of many at once exactly as many count as may."""
    await pins.reserve(NUMBER, "right", known(now), now + HOUR)
    limits = GuessLimits(space_of_one=10, caller=3)
    asked = [pins.guess(NUMBER, ["wrong"], f"caller{at}", "key", limits) for at in range(25)]
    counts = sorted(guesses.space for _, guesses in await asyncio.gather(*asked))
    assert counts == [*range(10), *[10] * 15]
    _, after = await pins.look(NUMBER, "right", "caller0", "key")
    assert after == Guesses(space=10, caller=1, key=10, known=1)


async def test_a_callers_guesses_stop_counting_at_the_callers_limit(pins: RedisPins, now: Instant) -> None:
    """Who is strict already cannot make the space strict for others."""
    for _ in range(6):
        await pins.guess(NUMBER, ["wrong"], "caller", "key", LIMITS)
    _, guesses = await pins.look(NUMBER, "wrong", "caller", "key")
    assert (guesses.space, guesses.caller) == (3, 3)


async def test_a_right_pin_writes_nothing(pins: RedisPins, now: Instant, server: Server) -> None:
    """A right PIN is a read, whatever its hash's key; so is one that has expired."""
    await pins.reserve(NUMBER, "right", known(now), now + HOUR)
    await pins.reserve(NUMBER, "expired", PinEntry(VISIT, "p", 0, now - 2 * HOUR, now - HOUR), now + HOUR)
    entry, guesses = await pins.guess(NUMBER, ["newer key", "right"], "caller", "key", LIMITS)
    assert entry == known(now)
    assert guesses.space == 0
    entry, _ = await pins.guess(NUMBER, ["expired"], "caller", "key", LIMITS)
    assert entry is not None
    assert not await server.ask("EXISTS", f"{{p:{NUMBER}}}:guesses")


async def test_a_pin_that_is_not_known_yet_is_like_a_wrong_one(pins: RedisPins, now: Instant) -> None:
    """D7: before its hour it leads nowhere, and is counted."""
    early = PinEntry(VISIT, "shared", 0, now + HOUR, now + 2 * HOUR)
    await pins.reserve(NUMBER, "early", early, now + 24 * HOUR)
    assert (await pins.guess(NUMBER, ["early"], "caller", "key", LIMITS))[0] is None
    assert (await pins.look(NUMBER, "early", "caller", "key"))[1].space == 1


async def test_the_most_pins_known_at_once_is_remembered_for_the_day(pins: RedisPins, now: Instant) -> None:
    """The bound holds while the number of known PINs falls: the highest one that guesses met is the one
    that counts.
    """
    for at in range(5):
        await pins.reserve(NUMBER, f"h{at}", known(now, f"i{at}"), now + 24 * HOUR)
    await pins.guess(NUMBER, ["wrong"], "caller", "key", LIMITS)
    for at in range(5):
        await pins.move(NUMBER, f"h{at}", now - HOUR, now, now + 24 * HOUR)
    assert (await pins.look(NUMBER, "wrong", "caller", "key"))[1].known == 5


async def test_guesses_can_be_counted_apart(pins: RedisPins, now: Instant) -> None:
    """A hint that no visit confirmed is counted afterwards, where told."""
    assert await pins.count(NUMBER, "caller", "key", space=True, caller=False) == Guesses(1, 0, 1, 0)
    assert await pins.count(NUMBER, "caller", "key", space=False, caller=True) == Guesses(1, 1, 1, 0)
    assert await pins.count(NUMBER, "caller", "key", space=True, caller=True) == Guesses(2, 2, 2, 0)


async def test_the_counters_end_with_the_day(pins: RedisPins, server: Server, now: Instant) -> None:
    """A caller's hash lives for 24 h at most, and yesterday's counts are not today's."""
    await pins.count(NUMBER, "caller", "key", space=True, caller=True)
    key = f"{{p:{NUMBER}}}:guesses"
    assert await server.ask("PEXPIRETIME", key) == (now // (24 * HOUR) + 1) * 24 * HOUR
    await server.ask("HSET", key, "day", str(now // (24 * HOUR) - 1))
    assert (await pins.look(NUMBER, "x", "caller", "key"))[1] == Guesses(0, 0, 0, 0)
    assert await pins.count(NUMBER, "caller", "key", space=True, caller=True) == Guesses(1, 1, 1, 0)
