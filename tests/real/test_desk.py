"""What the desk answers REST: the patient's own link, the calendar; and what it forgets (R2, R13, B1)."""

from __future__ import annotations

from pathlib import Path

from actors.retention import forget_round
from engine.asking import Cancel
from engine.commands import Opened
from engine.ids import PATIENT, SHARED, OpId
from engine.letters import Kind
from engine.planning import Contact
from engine.refusals import Refused
from tests.support.node import token_of
from tests.support.town import ANN, DAY, PATS, town


class TestThePatientsLink:
    """What the patient may do from their own page (R2, R13)."""

    async def test_it_opens_invites_and_cancels(self, tmp_path: Path) -> None:
        """The link proves the patient; a guest's link proves nobody."""
        async with town(tmp_path) as one:
            visit, desk = await one.plan(), one.here.node.desk
            token = token_of(desk.patient_link(visit))
            assert await desk.opened(token) is None
            assert one.visit(visit).invitations[PATIENT].opened_at
            found = desk.patient(token)
            assert isinstance(found, tuple)
            _, by = found
            made = await desk.invite(visit.id, by, OpId("1"), Contact(email="cy@family.example"))
            assert isinstance(made, tuple)
            await one.post.until(lambda post: post.to("cy@family.example") == [Kind.INVITATION])
            assert desk.patient(token_of(desk.guest_link(visit, SHARED))) == Refused("not_allowed")
            outcome = await one.ask(visit, Cancel(OpId("2"), by))
            assert not isinstance(outcome, Refused)
            assert desk.patient(token) == Refused("visit_over")

    async def test_a_withdrawn_link_opens_nothing(self, tmp_path: Path) -> None:
        """Only a link that leads somewhere is noted as opened, and only once."""
        async with town(tmp_path) as one:
            visit, desk = await one.plan(), one.here.node.desk
            token = token_of(desk.guest_link(visit, ANN))
            assert await desk.opened(token) is None
            first = one.visit(visit).invitations[ANN].opened_at
            one.here.later(seconds=5)
            assert await desk.opened(token) is None
            assert one.visit(visit).invitations[ANN].opened_at == first
            assert await desk.opened("nonsense") == Refused("link_unknown")
            assert isinstance(await one.ask(visit, Opened(ANN, 7)), Refused)


class TestCalendar:
    """What the schedule asks."""

    async def test_a_range_shows_what_starts_in_it(self, tmp_path: Path) -> None:
        """Over or not; at most 45 days at once."""
        async with town(tmp_path) as one:
            soon, later = await one.plan(starts_in=DAY), await one.plan(starts_in=40 * DAY)
            await one.settled(soon)
            await one.ask(soon, Cancel(OpId("1"), one.here.doctor))
            desk, clinic, now = one.here.node.desk, one.here.clinic, one.here.now()
            shown = await desk.range(clinic, now, now + 45 * DAY * 60_000)
            assert isinstance(shown, list)
            assert [(visit.id, visit.status.value) for visit in shown] == [
                (soon.id, "cancelled"),
                (later.id, "scheduled"),
            ]
            assert await desk.range(clinic, now, now + 46 * DAY * 60_000) == Refused("bad_request")
            assert await desk.range(clinic, now, now) == Refused("bad_request")

    async def test_overlaps_are_found_by_provider_and_by_patient(self, tmp_path: Path) -> None:
        """Warned, allowed: the same provider or the same patient at the same time."""
        async with town(tmp_path) as one:
            visit, desk, clinic = await one.plan(), one.here.node.desk, one.here.clinic
            within = (visit.start + 1, visit.end + 1)
            found = desk.overlaps(clinic, *within, [one.here.doctor.user], "")
            assert [one.id for one in found] == [visit.id]
            assert desk.overlaps(clinic, *within, [], PATS.upper()) == found
            assert desk.overlaps(clinic, *within, [], "else@home.example") == []
            assert desk.overlaps(clinic, visit.end, visit.end + 1, [one.here.doctor.user], PATS) == []


async def test_visits_past_their_retention_are_forgotten(tmp_path: Path) -> None:
    """A clinic's own number of days after their end, and not before."""
    async with town(tmp_path) as one:
        await one.here.settle(retention_days=30)
        old, desk = await one.here.plan(), one.here.node.desk
        one.here.later(minutes=60)
        await one.until(lambda: one.here.node.host.here(old.id) is None)
        assert await forget_round(one.here.node.host) == 0
        one.here.later(minutes=20 * DAY)
        fresh = await one.here.plan()
        one.here.later(minutes=12 * DAY)
        assert await forget_round(one.here.node.host) == 1
        assert await desk.find(old.id) is None
        assert await desk.find(fresh.id) is not None
