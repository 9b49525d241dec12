"""One join is one id in the log, from hello to end, over drops: and no line says whose it was."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from gateway.dialin.acts import Clip
from tests.support.client import Refused
from tests.support.logged import lines_of_joins
from tests.support.node import House, house
from tests.support.telephony import telephony

pytestmark = pytest.mark.asyncio(loop_scope="module")

GUEST = "Marisol Quintanilla"
PAGE = "page-of-marisol"

Capture = pytest.CaptureFixture[str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def node(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A node for all tests here."""
    async with house(tmp_path_factory.mktemp("data")) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def here(node: House) -> AsyncIterator[House]:
    """A clinic of the test's own."""
    async with node.another_clinic() as clinic:
        yield clinic


def events(lines: list[dict[str, Any]]) -> list[str]:
    """What happened."""
    return [line["event"] for line in lines]


async def test_a_join_is_one_id_over_a_drop_to_its_end(
    here: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """Hello, joined, ended, and the same again by another socket; with visit and seat, and nobody's name."""
    with lines_of_joins(capsys) as lines:
        visit = await here.plan()
        await here.provider(visit)
        guest = await here.guest(visit, GUEST, page=PAGE)
        guest.vanish()
        again = await here.back(guest, page=PAGE)
        await again.close()
        found = await lines.until("ended", 2)
        mine = [line for line in found if line["join"] == here.node.host.secrets.join_name(PAGE)]
        joined = [line for line in mine if line["event"] == "joined"]
        assert [(line["kind"], line["how"]) for line in joined] == [("link", "new"), ("seat", "replay")]
        assert {(line["visit"], line["seat"]) for line in joined} == {(visit.id, guest.seat)}
        assert len({line["socket"] for line in mine}) == 2
        assert events(mine).count("ended") == 2
        written = json.dumps(found)
        for private in (GUEST, PAGE, here.guest_token(visit), guest.ready["secret"]):
            assert private not in written


async def test_others_have_other_ids_and_refusals_say_why(
    here: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """By their stable code."""
    with lines_of_joins(capsys) as lines:
        visit = await here.plan()
        with pytest.raises(Refused):
            await here.join(here.guest_token(visit)[:-2] + "xx", "Eve")
        await here.guest(visit, "Ana")
        found = lines.read()
        refused = next(line for line in found if line["event"] == "refused")
        joined = next(line for line in found if line["event"] == "joined")
        assert refused["code"] == "link_unknown"
        assert refused["join"] != joined["join"]


async def test_a_call_is_followed_without_what_was_typed(
    here: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """Greeted, a wrong PIN refused, the right one typed; no digit of a PIN or a number is there."""
    with lines_of_joins(capsys) as lines:
        visit = await here.plan()
        await here.provider(visit)
        phone = await here.phone("+14155550177")
        with pytest.raises(Refused):
            await phone.ask("digits", digits="1111111111")
        await phone.ask("digits", digits=here.pin(visit))
        await phone.close()
        name = next(line["join"] for line in lines.read() if line.get("kind") == "phone")
        found = [line for line in await lines.until("ended") if line["join"] == name]
        assert events(found) == ["hello", "greeted", "refused", "typed", "ended"]
        written = json.dumps(found)
        for private in (here.pin(visit), "1111111111", "4155550177", here.number):
            assert private not in written


async def test_a_call_has_the_same_id_in_the_dial_ins_log(
    here: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """From its greeting to its hang-up, with why; and nothing of who called or what they typed."""
    async with telephony(here) as company:
        with lines_of_joins(capsys) as lines:
            visit = await here.plan()
            await here.provider(visit)
            caller = await company.calls(here.pin(visit), caller="+14155550177")
            await caller.hears(Clip.IN_CALL)
            await caller.hangs_up()
            await lines.until("hung_up")
            name = next(line["join"] for line in lines.read() if line.get("kind") == "phone")
            found = [line for line in lines.all if line["join"] == name]
            ours = [line for line in found if "socket" not in line]
            assert events(ours) == ["greeted", "stage", "stage", "hung_up"]
            assert [line["stage"] for line in ours[1:3]] == ["trying", "in"]
            assert (ours[-1]["origin"], ours[-1]["reason"]) == ("telephony", "caller")
            written = json.dumps(found)
            for private in (here.pin(visit), "4155550177", here.number, caller.call):
                assert private not in written
