"""A clinic's staff over REST: added, welcomed, changed, disabled; nobody is left outside."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import Any

import pytest

from actors.accounts import User
from engine.clinic import Clinic, StaffRole
from engine.ids import UserId
from engine.refusals import Refused
from gateway.passwords import Passwords
from gateway.staff import Staff, WelcomeMailer
from tests.support.node import House, token_of
from tests.support.rest import PASSWORD, Browser, browser, employ, program, refusal, signed_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOUR = 3_600_000
CHOSEN = "a-long-enough-one"


def new(here: House, name: str = "Ben", role: str = "provider") -> dict[str, str]:
    """Somebody to add."""
    return {"name": name, "email": f"{name.lower()}@{here.clinic}.example", "role": role}


async def welcome(who: Browser, url: str, password: str = CHOSEN) -> Any:
    """Choose a password by a welcome link."""
    return await who.ask("POST", "/welcome", {"token": token_of(url), "password": password})


async def test_somebody_new_chooses_a_password_and_is_in(here: House) -> None:
    """By the link that is shown once; from then on they sign in as everybody does."""
    async with signed_in(here, StaffRole.ADMIN) as who, browser(here) as ben, browser(here) as later:
        made = await who.post("/staff", new(here), status=201)
        assert made["mailed"] is False
        assert made["welcome_url"].startswith(f"{here.node.settings.public_url}/welcome#")
        shown = {"id": made["staff"]["id"], "disabled": False, "invited": True} | new(here)
        assert made["staff"] == shown
        assert shown in await who.get("/staff/all")
        assert shown["id"] in [one["id"] for one in await who.get("/staff")]
        me = (await welcome(ben, made["welcome_url"])).json()
        assert (me["user"]["name"], me["clinic"]["id"]) == ("Ben", here.clinic)
        assert (await ben.get("/me"))["user"]["role"] == "provider"
        await later.post("/sign-in", {"email": shown["email"], "password": CHOSEN})
        assert shown | {"invited": False} in await who.get("/staff/all")


async def test_a_welcome_link_is_good_once_and_for_72_hours(here: House) -> None:
    """Used twice at once it lets one in; too old, replaced or made up it is refused in the same words."""
    async with signed_in(here, StaffRole.ADMIN) as who, browser(here) as anybody:
        made = await who.post("/staff", new(here), status=201)
        both = await asyncio.gather(*[welcome(anybody, made["welcome_url"]) for _ in range(2)])
        assert sorted(answer.status_code for answer in both) == [200, 410]
        second = await who.post(f"/staff/{made['staff']['id']}/welcome")
        third = await who.post(f"/staff/{made['staff']['id']}/welcome")
        refused = [await welcome(anybody, second["welcome_url"])]
        here.clock.ahead += 72 * HOUR
        try:
            refused.append(await welcome(anybody, third["welcome_url"]))
        finally:
            here.clock.ahead -= 72 * HOUR
        user = made["staff"]["id"]
        wrong = [f"{user}.{'A' * 32}", f"nobody.{'A' * 32}", "nonsense", "", "a.b.c", "\u00e4.b"]
        refused += [await welcome(anybody, f"#{token}") for token in wrong]
        assert {refusal(answer) for answer in refused} == {(410, "welcome_refused")}
        assert len({answer.text for answer in refused}) == 1
        assert (await welcome(anybody, third["welcome_url"])).status_code == 200


async def test_a_password_that_is_too_short_uses_no_link_up(here: House) -> None:
    """12 characters at least, 1,024 at most."""
    async with signed_in(here, StaffRole.ADMIN) as who, browser(here) as anybody:
        made = await who.post("/staff", new(here), status=201)
        for password in ("", "short", "x" * 11, "x" * 1025):
            answer = await welcome(anybody, made["welcome_url"], password)
            assert (refusal(answer), list(answer.json()["fields"])) == ((422, "bad_request"), ["password"])
        assert (await welcome(anybody, made["welcome_url"], "x" * 12)).status_code == 200


async def test_another_sites_page_cannot_welcome(here: House) -> None:
    """As with signing in."""
    async with browser(here) as anybody:
        answer = await anybody.http.post("/api/v1/welcome", json={"token": "a.b", "password": CHOSEN})
        assert refusal(answer) == (403, "origin_refused")


async def test_the_store_holds_no_welcome_link(here: House) -> None:
    """Only a keyed hash of it: a stolen store opens no account."""
    async with signed_in(here, StaffRole.ADMIN) as who:
        made = await who.post("/staff", new(here), status=201)
    held = await here.node.auth.accounts.welcome(made["staff"]["id"])
    assert held is not None
    assert token_of(made["welcome_url"]).partition(".")[2] not in held[0]


async def test_a_welcome_is_mailed_where_there_is_a_mailer(
    here: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says so; a mailer that cannot send leaves the link to be handed over."""
    sent: list[tuple[str, str, str]] = []

    class Mailer(WelcomeMailer):
        async def welcome(self, *, to: str, name: str, clinic: Clinic, link: str) -> bool:
            sent.append((to, clinic.id, link))
            return name == "Ben"

    monkeypatch.setattr("gateway.api.dependencies.Dependencies.welcome_mailer", Mailer())
    async with signed_in(here, StaffRole.ADMIN) as who:
        made = await who.post("/staff", new(here), status=201)
        other = await who.post("/staff", new(here, "Cleo"), status=201)
    assert (made["mailed"], other["mailed"]) == (True, False)
    assert sent[0] == (new(here)["email"], here.clinic, made["welcome_url"])


async def test_disabling_somebody_puts_them_out_at_once(here: House) -> None:
    """Session over, sockets cut, password refused as a wrong one is, tickets and welcome links dead; enabled
    again, they sign in again.
    """
    ben = await employ(here, StaffRole.PROVIDER)
    async with signed_in(here, StaffRole.ADMIN) as who, signed_in(here) as his, browser(here) as later:
        ticket = (await his.post("/tickets"))["ticket"]
        spare = (await his.post("/tickets"))["ticket"]
        link = (await who.post(f"/staff/{ben.id}/welcome"))["welcome_url"]
        board = await here.open()
        await board.hello("hello.staff", ticket=ticket, page="p")
        answer = await who.ask("PATCH", f"/staff/{ben.id}", {"disabled": True})
        assert answer.json()["disabled"] is True
        assert await board.closed() == 4004
        assert refusal(await his.ask("GET", "/me")) == (401, "sign_in")
        assert await here.node.auth.redeem_ticket(spare) is None
        assert (await welcome(later, link)).status_code == 410
        right = await later.ask("POST", "/sign-in", {"email": ben.email, "password": PASSWORD})
        wrong = await later.ask("POST", "/sign-in", {"email": ben.email, "password": "wrong"})
        assert refusal(right) == (401, "sign_in_refused")
        assert right.text == wrong.text
        assert refusal(await who.ask("POST", f"/staff/{ben.id}/welcome")) == (409, "person_disabled")
        assert ben.id not in [one["id"] for one in await who.get("/staff")]
        plan = {"patient": {"name": "Pat"}, "start": "now", "minutes": 15, "providers": [ben.id]}
        assert list((await who.ask("POST", "/visits", plan)).json()["fields"]) == ["providers"]
        await who.ask("PATCH", f"/staff/{ben.id}", {"disabled": False})
        assert refusal(await his.ask("GET", "/me")) == (401, "sign_in")
        await later.post("/sign-in", {"email": ben.email, "password": PASSWORD})


async def test_who_is_disabled_loses_their_seat_in_a_call(here: House) -> None:
    """Their socket in a visit is cut too, and nobody else's."""
    visit = await here.plan()
    async with signed_in(here, StaffRole.ADMIN) as who, signed_in(here) as his:
        ticket = (await his.post("/tickets", {"visit": visit.id}))["ticket"]
        seat = await here.open()
        await seat.hello("hello.staff", ticket=ticket, page="p")
        guest = await here.guest(visit)
        await who.ask("PATCH", f"/staff/{here.clinic}-provider", {"disabled": True})
        assert await seat.closed() == 4004
        await guest.round_trip()


async def test_another_role_holds_at_once(here: House) -> None:
    """Sessions with the old one are over; the new one opens its own doors."""
    ben = await employ(here, StaffRole.ADMIN)
    async with signed_in(here, StaffRole.COORDINATOR):
        pass
    async with program(here, "clinic:admin") as who, browser(here) as his:
        await who.ask("PATCH", f"/staff/{here.clinic}-coordinator", {"role": "admin"})
        await his.post("/sign-in", {"email": f"coordinator@{here.clinic}.example", "password": PASSWORD})
        assert (await his.ask("GET", "/staff/all")).status_code == 200
        changed = (await his.ask("PATCH", f"/staff/{ben.id}", {"role": "provider", "name": "Benno"})).json()
        assert (changed["role"], changed["name"]) == ("provider", "Benno")
        await his.ask("PATCH", f"/staff/{ben.id}", {"name": "Ben"})
        assert (await his.get("/me"))["user"]["role"] == "admin"


async def test_nobody_disables_or_demotes_themselves(here: House) -> None:
    """Nor with another administrator there; a new name is theirs to choose."""
    async with signed_in(here, StaffRole.ADMIN) as who:
        await who.post("/staff", new(here, role="admin"), status=201)
        me = (await who.get("/me"))["user"]["id"]
        for change in ({"disabled": True}, {"role": "provider"}):
            assert refusal(await who.ask("PATCH", f"/staff/{me}", change)) == (409, "not_yourself")
        assert (await who.ask("PATCH", f"/staff/{me}", {"name": "Eva"})).json()["name"] == "Eva"
        assert (await who.get("/me"))["user"]["name"] == "Eva"


async def test_the_last_administrator_stays(here: House) -> None:
    """Whoever asks; one who was only invited, or is disabled, does not count."""
    admin = await employ(here, StaffRole.ADMIN)
    async with program(here, "clinic:admin") as who:
        invited = (await who.post("/staff", new(here, role="admin"), status=201))["staff"]["id"]
        for change in ({"disabled": True}, {"role": "coordinator"}):
            assert refusal(await who.ask("PATCH", f"/staff/{admin.id}", change)) == (409, "last_admin")
        link = (await who.post(f"/staff/{invited}/welcome"))["welcome_url"]
        async with browser(here) as ben:
            assert (await welcome(ben, link)).status_code == 200
        assert (await who.ask("PATCH", f"/staff/{admin.id}", {"disabled": True})).status_code == 200
        assert refusal(await who.ask("PATCH", f"/staff/{invited}", {"disabled": True})) == (409, "last_admin")


async def test_two_administrators_cannot_put_each_other_out_at_once(here: House) -> None:
    """One of them stays."""
    eva = await employ(here, StaffRole.ADMIN)
    async with signed_in(here, StaffRole.ADMIN) as who, browser(here) as ben:
        link = (await who.post("/staff", new(here, role="admin"), status=201))["welcome_url"]
        me = (await welcome(ben, link)).json()["user"]["id"]
        answers = await asyncio.gather(
            who.ask("PATCH", f"/staff/{me}", {"disabled": True}),
            ben.ask("PATCH", f"/staff/{eva.id}", {"disabled": True}),
        )
        assert 200 in [answer.status_code for answer in answers]
    staff = await here.node.auth.accounts.staff(here.clinic)
    assert any(user.role is StaffRole.ADMIN and not user.disabled for user in staff)


async def test_nor_can_they_at_two_nodes(here: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has seen the other administrator still there when both write; one of them stays."""
    eva = await employ(here, StaffRole.ADMIN)
    async with signed_in(here, StaffRole.ADMIN) as who, browser(here) as ben:
        link = (await who.post("/staff", new(here, role="admin"), status=201))["welcome_url"]
        me = (await welcome(ben, link)).json()["user"]["id"]
    auth = here.node.auth
    write, both_have_looked = auth.accounts.save_user, asyncio.Barrier(2)

    async def save(user: User) -> None:
        if user.disabled:
            await both_have_looked.wait()
        await write(user)

    monkeypatch.setattr(auth.accounts, "save_user", save)
    with closing(Passwords(at_once=1)) as passwords:
        other_node = Staff(
            auth.accounts, here.node.host.secrets, passwords, now=here.clock.now, new_secret=lambda: ""
        )
        answers = await asyncio.gather(
            auth.staff.change(here.clinic, eva.id, me, disabled=True),
            other_node.change(here.clinic, UserId(me), eva.id, disabled=True),
        )
    assert Refused("last_admin") in answers
    staff = await auth.accounts.staff(here.clinic)
    assert any(user.role is StaffRole.ADMIN and not user.disabled for user in staff)


async def test_an_address_is_one_persons_and_a_repeated_request_one_person(here: House) -> None:
    """In upper case too, and whatever the clinic; the same key again gives a fresh link for the same one."""
    async with signed_in(here, StaffRole.ADMIN) as who:
        first = await who.post("/staff", new(here), status=201, op="add")
        repeated = await who.post("/staff", new(here), status=201, op="add")
        assert repeated["staff"] == first["staff"]
        assert repeated["welcome_url"] != first["welcome_url"]
        taken = await who.ask("POST", "/staff", new(here) | {"email": new(here)["email"].upper()})
        assert (refusal(taken), list(taken.json()["fields"])) == ((409, "email_taken"), ["email"])
        assert len(await who.get("/staff/all")) == 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": "nonsense"}, "email"),
        ({"email": ""}, "email"),
        ({"email": "Ben <ben@example.org>"}, "email"),
        ({"email": "ben@example.org\r\nBcc: all@example.org"}, "email"),
        ({"name": ""}, "name"),
        ({"name": "\u202eneb"}, "name"),
        ({"role": "sre"}, "role"),
        ({"role": "reader"}, "role"),
        ({"role": "owner"}, "role"),
    ],
)
async def test_who_cannot_be_added_is_refused_at_the_field(
    here: House, wrong: dict[str, str], field: str
) -> None:
    """Nobody gives a role that operates the deployment either: that is the operator's."""
    async with signed_in(here, StaffRole.ADMIN) as who:
        answer = await who.ask("POST", "/staff", new(here) | wrong)
        assert (refusal(answer), list(answer.json()["fields"])) == ((422, "bad_request"), [field])
        assert len(await who.get("/staff/all")) == 1


async def test_another_clinics_staff_is_not_there(here: House, node: House) -> None:
    """Neither to be read, nor changed, nor welcomed."""
    async with node.another_clinic() as elsewhere, signed_in(here, StaffRole.ADMIN) as who:
        theirs = await employ(elsewhere, StaffRole.PROVIDER)
        assert theirs.id not in str(await who.get("/staff/all"))
        for change in ({"disabled": True}, {"role": "admin"}, {"name": "Mallory"}):
            assert refusal(await who.ask("PATCH", f"/staff/{theirs.id}", change)) == (404, "no_such_person")
        answer = await who.ask("POST", f"/staff/{theirs.id}/welcome")
        assert refusal(answer) == (404, "no_such_person")
        assert await here.node.auth.accounts.user(theirs.id) == theirs
