"""Debian's Prometheus scrapes a real node and a real dial-in under our own rules: every panel has data, every
rule is sound, each alert fires by its fault, and a clean day is silent (B9).
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Final

from engine.clinic import Admission
from gateway.dialin.acts import Clip
from tests.prove import alert_faults, alerts
from tests.prove.proof import Findings
from tests.prove.quiet import ALWAYS, loud_now
from tests.support.busy_day import (
    Watch,
    comes_from_elsewhere,
    drops_out_and_comes_back,
    ends,
    moves_to_another_device,
    signs_in,
    talks,
    waits_and_is_let_in,
    writes_to_people,
)
from tests.support.node import House, free_port, house
from tests.support.post import FakePost
from tests.support.prometheus import Prometheus, panels, prometheus
from tests.support.rest import browser
from tests.support.telephony import Telephony, telephony
from tools.watching.pace import Pace
from tools.watching.rules import groups

RUNBOOKS: Final = Path(__file__).parents[2] / "dashboards" / "runbooks"
NOTHING_TO_MEASURE: Final = re.compile("rtp_|saves_total|save_batch")
"""What has a series on this day, but no number: nobody called by SIP; or hardly anything to be counted."""


async def test_every_panel_and_every_rule_has_data_after_a_day(tmp_path: Path) -> None:
    """Guests, PINs right and wrong, telephones, mail, drops and returns, an end; then all queries of all
    dashboards, and all rules, give series.
    """
    post, door = FakePost(), free_port()
    async with (
        house(tmp_path / "node", demo=True, post=post, privacy={"rewrite_minutes": 0.001}) as here,
        browser(here) as anybody,
        telephony(here, admin_bind=f"127.0.0.1:{door}") as company,
    ):
        node = here.url.removeprefix("http://")
        jobs = {"vestibule": [node], "vestibule-dialin": [f"127.0.0.1:{door}"]}
        async with prometheus(tmp_path / "prometheus", jobs) as prom:
            await prom.until("count(up == 1) == 2")
            watch = Watch(here, anybody.http, post)
            await watch.look()
            await lives(watch, company)
            await everything_has_data(prom, node)
            await rules_are_sound(prom)
            await runbooks_can_be_followed(prom)
            await prom_lint(here, company)
            await here.everybody_goes()


async def lives(watch: Watch, company: Telephony) -> None:
    """Live a day; what takes long, or another node, is told to the metrics as its place would tell it."""
    here = watch.here
    await signs_in(here)
    await here.settle(admission=Admission.PROVIDER_ADMITS)
    visit, ana = await waits_and_is_let_in(watch)
    caller = await company.calls("1111111111")
    await caller.hears(Clip.NOT_FOUND)
    await caller.types(here.pin(visit))
    await caller.hears(Clip.WAITING_ADMISSION)
    await caller.hangs_up()
    forged = await company.post("/dialin/telephony/answer", company.form("CA1"), signature="forged")
    assert forged.status_code == 403
    await drops_out_and_comes_back(watch, ana)
    await talks(watch)
    await moves_to_another_device(here)
    await comes_from_elsewhere(here)
    await writes_to_people(watch)
    await ends(watch, visit)
    here.node.metrics.takeover(0.4)
    here.node.metrics.sockets.silent(7.1)


async def everything_has_data(prom: Prometheus, node: str) -> None:
    """Ask what each panel asks."""
    asked = {query: name for name, query in panels(node)}
    assert len(asked) > 100
    numbers = {query for query in asked if not NOTHING_TO_MEASURE.search(query)}
    empty = await prom.without_data(asked, numbers=numbers)
    assert not empty, "\n".join(f"{asked[query]}: {query}" for query in empty)


async def rules_are_sound(prom: Prometheus) -> None:
    """Every rule is loaded and can be evaluated; what is recorded, was there on this day, whose windows are
    seconds; what alerts look at, exists.
    """
    known = [rule for group in groups(Pace()) for rule in group.rules]
    loaded = await prom.rules()
    assert len(loaded) == len(known)
    assert [rule for rule in loaded if rule["health"] == "err"] == []
    recorded = {
        f'last_over_time({one.name}{{slo="{one.labels["slo"]}"}}[10m])'
        for one in known
        if one.kind == "record"
    }
    looked_at = " ".join(one.expr for one in known if one.kind == "alert")
    names = set(re.findall(r"\b(?:vestibule_|process_)\w+|\bup\b", looked_at))
    assert await prom.without_data(recorded | names) == []


async def runbooks_can_be_followed(prom: Prometheus) -> None:
    """What a runbook tells somebody to ask, Prometheus understands."""
    asked: set[str] = set()
    for book in RUNBOOKS.glob("*.md"):
        quoted = re.findall(r"`([^`]+)`", book.read_text())
        asked |= {query for query in quoted if "vestibule_" in query or "process_" in query}
    assert len(asked) > 50
    for query in asked:
        await prom.query(query)


async def prom_lint(here: House, company: Telephony) -> None:
    """Our pages are as Prometheus' own linter wants them."""
    for page in (await here.node.metrics.page(), company.serving.metrics.page()):
        linter = await asyncio.create_subprocess_exec(
            "promtool",
            "check",
            "metrics",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await linter.communicate(page)
        assert said.decode() == ""
        assert linter.returncode == 0


async def test_each_alert_fires_by_its_fault_and_none_before(tmp_path: Path) -> None:
    """A ghost, a flood of PINs, a relay, a node and a dial-in that are gone, a store that stands still; the
    page of what is dead is forgotten.
    """
    found = Findings()
    async with alert_faults.watched(tmp_path) as day:
        await alert_faults.a_visit(day)
        await day.prom.fires(ALWAYS)
        assert await loud_now(day.prom) == set()
        await alerts.break_everything(day, alert_faults.FAULTS, found)
        gone = day.other.url.removeprefix("http://")
        assert await day.prom.query(f'vestibule_visits_live{{instance="{gone}"}}') == []
        assert await day.prom.query("vestibule_visits_live") != []
        day.here.bugs.clear()
    assert not found.broken
    assert found.figures["alerts"] == sum(map(len, alert_faults.FAULTS.values()))
