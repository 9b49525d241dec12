"""What the store promises about clinics and numbers that every node has to know, on every kind of server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actors.store.known import RedisKnown
from actors.store.servers import Servers
from actors.store.shards import RedisShards
from engine.clinic import Clinic
from engine.ids import ClinicId, shard_of_clinic

ANN = Clinic(id=ClinicId("ann"), name="Ann's", dial_in=("+15550100", "+15550101"))
BAY = Clinic(id=ClinicId("bayview"), name="Bayview", dial_in=("+15550101",))
POD = Clinic(id=ClinicId("pod"), name="No telephone")


@pytest.fixture(autouse=True)
async def opened(servers: Servers) -> None:
    """Reach the server."""
    await servers.open()


async def test_clinics_and_their_numbers_are_known_to_all(servers: Servers) -> None:
    """Once or often, together or one by one; a number may be several clinics'."""
    known, elsewhere = RedisKnown(servers), RedisKnown(servers)
    await known.add([])
    assert await elsewhere.clinics() == []
    await known.add([ANN, POD])
    await known.add([BAY])
    await known.add([BAY])
    assert {*await elsewhere.clinics()} == {ANN.id, BAY.id, POD.id}
    assert [await elsewhere.has_number(one) for one in ("+15550100", "+15550101", "+15550102", "")] == [
        True,
        True,
        False,
        False,
    ]


async def test_who_shares_a_number_is_known_by_their_own_telephones(servers: Servers) -> None:
    """Whichever node saved them; a clinic that has given a number up is not asked to be called for it."""
    known, elsewhere = RedisKnown(servers), RedisKnown(servers)
    ann, bay = replace(ANN, phone="555-0123"), replace(BAY, phone="555-0124")
    await known.add([ann, POD])
    await elsewhere.add([bay])
    assert await known.phones("+15550100") == {"555-0123"}
    assert await known.phones("+15550101") == {"555-0123", "555-0124"}
    assert await known.phones("+15550102") == set()
    await known.gave_up(ANN.id, [])
    await known.gave_up(ANN.id, ["+15550101", "+15550102"])
    assert await elsewhere.phones("+15550101") == {"555-0124"}


async def test_a_clinic_is_read_as_it_is_saved_by_who_does_not_own_it(shards: RedisShards) -> None:
    """And one that is not there is not."""
    assert await shards.clinic(shard_of_clinic(ANN.id), ANN.id) is None
