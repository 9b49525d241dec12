"""A demo's letters can be read where it runs, as their people would see them."""

from __future__ import annotations

from pathlib import Path

import httpx

from engine.ids import InvitationId
from engine.planning import Contact, PlannedGuest
from tests.support.node import house
from tests.support.pair import cluster
from tests.support.town import Town

GUEST = PlannedGuest(
    invitation=InvitationId("ann"), contact=Contact(email="ann@family.example", phone="+14155550142")
)


async def test_the_demo_shows_its_letters(tmp_path: Path) -> None:
    """As JSON, and on pages that load nothing and run nothing."""
    async with (
        house(tmp_path, demo=True) as here,
        httpx.AsyncClient(base_url=here.url, trust_env=False, timeout=30) as client,
    ):
        assert "There are none yet" in (await client.get("/dev/outbox")).text
        await here.settle(name="<b>Bayview</b>")
        visit = await here.plan(starts_in=60, guests=(GUEST,))
        await Town(here, None).settled(visit)  # type: ignore[arg-type]  # the outbox is the post
        letters = (await client.get("/api/v1/dev/outbox")).json()
        assert {(one["via"], one["to"], one["kind"]) for one in letters} == {
            ("email", "ann@family.example", "invitation"),
            ("sms", "+14155550142", "invitation"),
        }
        listed = await client.get("/dev/outbox")
        spanish = await client.get("/dev/outbox", headers={"Accept-Language": "es"})
        assert "<h1>Messages</h1>" in listed.text
        assert "<h1>Mensajes</h1>" in spanish.text
        assert "ann@family.example" in listed.text
        for one in letters:
            page = await client.get(f"/dev/outbox/{one['id']}")
            assert page.status_code == 200
            assert "<b>Bayview" not in page.text + listed.text
            assert "default-src 'none'" in page.headers["Content-Security-Policy"]
            assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
            assert f'href="{here.url}/j#' in page.text
        mail = next(one for one in letters if one["via"] == "email")
        framed = await client.get(f"/dev/outbox/{mail['id']}/mail")
        assert "sandbox" in framed.headers["Content-Security-Policy"]
        assert framed.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert "&lt;b&gt;Bayview" in framed.text
        event = await client.get(f"/dev/outbox/{mail['id']}/visit.ics")
        assert event.headers["content-type"].startswith("text/calendar")
        assert (await client.get("/dev/outbox/999")).status_code == 404


async def test_a_clusters_outbox_is_the_same_at_every_node(tmp_path: Path) -> None:
    """Each node keeps the letters of its own clinics, and shows those of all."""
    async with cluster(tmp_path, demo=True) as pair:
        houses = [await pair.clinic_at(machine) for machine in pair.machines]
        for here in houses:
            visit = await here.plan(starts_in=60, guests=(GUEST,))
            await Town(here, None).settled(visit)  # type: ignore[arg-type]  # the outbox is the post
        for here in houses:
            async with httpx.AsyncClient(base_url=here.url, trust_env=False, timeout=30) as client:
                letters = (await client.get("/api/v1/dev/outbox")).json()
                assert sorted(one["node"] for one in letters) == ["node-1", "node-1", "node-2", "node-2"]
                listed = (await client.get("/dev/outbox")).text
                for one in letters:
                    address = f"/dev/outbox/{one['id']}?node={one['node']}"
                    assert f'href="{address}"' in listed
                    assert one["to"] in (await client.get(address)).text
                    if one["via"] == "email":
                        framed = await client.get(f"/dev/outbox/{one['id']}/mail?node={one['node']}")
                        assert framed.headers["X-Frame-Options"] == "SAMEORIGIN"
                        assert "frame-ancestors 'self'" in framed.headers["Content-Security-Policy"]
                assert (await client.get("/dev/outbox/1?node=node-9")).status_code == 503


async def test_only_a_demo_has_an_outbox(tmp_path: Path) -> None:
    """Elsewhere there is nothing at these addresses, and letters fail with the reason."""
    async with (
        house(tmp_path, mail={"timeout_seconds": 1}) as here,
        httpx.AsyncClient(base_url=here.url, trust_env=False, timeout=30) as client,
    ):
        visit = await here.plan(starts_in=60, guests=(GUEST,))
        town = Town(here, None)  # type: ignore[arg-type]  # nobody is the post
        await town.settled(visit)
        assert {one.reason for one in town.visit(visit).letters} == {"mail_not_set_up", "texts_not_set_up"}
        for path in ("/dev/outbox", "/dev/outbox/1", "/api/v1/dev/outbox"):
            assert (await client.get(path)).status_code == 404
