"""Tickets, tokens and secrets that are used up, old, revoked, guessed or bent (threats 3, 6, 7)."""

import secrets
import string

import pytest

from actors.accounts import SignInLimits
from actors.store.reading import items, text
from actors.store.scripts import Call
from engine.asking import Revoke
from engine.ids import InvitationId, OpId
from engine.visit import Visit
from tests.support.client import refusal
from tests.support.node import House, token_of

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("others")]


async def _hello(here: House, ticket: str) -> str:
    client = await here.open()
    code = await refusal(client.hello("hello.staff", ticket=ticket, page="p"))
    assert await client.closed() == 4001
    return code


async def test_a_ticket_opens_one_socket(here: House) -> None:
    """Replayed, it is refused; the first one's seat is as it was."""
    visit = await here.plan()
    ticket = await here.ticket(visit)
    provider = await here.open()
    await provider.hello("hello.staff", ticket=ticket, page="p")
    assert await _hello(here, ticket) == "ticket_refused"
    await provider.round_trip()


async def test_a_ticket_is_used_up_even_where_it_leads_nowhere(here: House) -> None:
    """A refusal for another reason does not give the ticket back."""
    visit = await here.plan()
    await here.provider(visit)
    ticket = await here.ticket(visit)
    client = await here.open()
    assert await refusal(client.hello("hello.staff", ticket=ticket, page="other")) == "already_open"
    assert await _hello(here, ticket) == "ticket_refused"


async def _store_time(here: House) -> int:
    """The clock by which tickets grow old, in ms."""
    seconds, micros = map(
        text, items(await here.node.auth.accounts._servers.ask(Call((b"TIME",), (b"{t}",))))
    )
    return int(seconds) * 1000 + int(micros) // 1000


async def test_a_ticket_is_old_after_its_time(here: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """30 s as shipped, a millisecond here."""
    assert SignInLimits().ticket == 30_000
    monkeypatch.setattr(here.node.auth.accounts, "_limits", SignInLimits(ticket=1))
    ticket = await here.ticket(await here.plan())
    gone_by = await _store_time(here) + 2
    while await _store_time(here) < gone_by:
        pass
    assert await _hello(here, ticket) == "ticket_refused"


async def test_a_ticket_dies_with_its_session(here: House) -> None:
    """Signed out between asking and opening: refused."""
    ticket = await here.ticket(await here.plan())
    await here.node.auth.sign_out(await here.caller())
    assert await _hello(here, ticket) == "ticket_refused"


@pytest.mark.parametrize("ticket", ["x", "A" * 32, "a.b.c", "\x00", "{t:x}", "*", "💊" * 50, "x" * 200])
async def test_a_made_up_ticket_is_refused(here: House, ticket: str) -> None:
    """Whatever it looks like."""
    assert await _hello(here, ticket) == "ticket_refused"


# ---------------------------------------------------------------- links


async def _nobody_came(here: House, visit: Visit) -> None:
    board = await here.dashboard(visit)
    rows = board.named("board")[0]["rows"]
    assert not [seat for row in rows for seat in row.get("seats", [])]


async def test_every_bent_token_is_unknown(here: House) -> None:
    """One letter changed, left out, doubled or of another case: nobody comes in, nothing is told."""
    visit = await here.plan()
    token = here.guest_token(visit)
    proof = token.rindex(".") + 1
    bent = {
        token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in range(proof, len(token))
    }
    bent |= {token[:-1], token + "A", token + ".", "." + token, token.upper(), token.swapcase(), token[::-1]}
    bent |= {token.replace("shared", other) for other in ("patient", "Shared", "shared2", "", "..", "a" * 64)}
    bent |= {token.replace(visit.id, other) for other in ("", "0", visit.id[:-1], visit.id.upper())}
    client = None
    for one in sorted(bent):
        client = await here.open()
        fields = {"token": one or "x", "name": "Eve", "page": "p"}
        assert await refusal(client.hello("hello.link", **fields)) == "link_unknown", one
        assert set(client.heard[-1]) <= {"t", "id", "code", "message", "number"}
    assert client is not None
    await _nobody_came(here, visit)


async def test_guessed_tokens_are_unknown(here: House) -> None:
    """Right visit, right form, random proof."""
    visit = await here.plan()
    for _ in range(30):
        guess = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(22))
        asked = here.join(f"{visit.id}.shared.{guess}", "Eve")
        assert await refusal(asked) == "link_unknown"
    await _nobody_came(here, visit)


async def test_another_visits_token_opens_that_visit_only(here: House) -> None:
    """Proofs are bound to visit and invitation; patient and guest links are not exchangeable."""
    visit, other = await here.plan(), await here.plan()
    theirs = here.guest_token(other).rpartition(".")[2]
    assert await refusal(here.join(f"{visit.id}.shared.{theirs}", "Eve")) == "link_unknown"
    guests = here.guest_token(visit).rpartition(".")[2]
    assert await refusal(here.join(f"{visit.id}.patient.{guests}")) == "link_unknown"


async def test_a_revoked_link_says_so_and_only_it(here: House) -> None:
    """`link_revoked`, for the old token alone; who waited by it is turned away, who is in stays."""
    visit = await here.plan()
    personal, other = await here.invite(visit), await here.invite(visit)
    waiting = await here.join(token_of(personal.link), "Zoe")
    invitation = InvitationId(token_of(personal.link).split(".")[1])
    await here.node.desk.ask(visit.id, Revoke(OpId("revoke"), here.doctor, invitation))
    await waiting.wait_for("bye", code="denied")
    assert await refusal(here.join(token_of(personal.link), "Zoe")) == "link_revoked"
    assert await refusal(here.back(waiting)) == "denied"
    assert (await here.join(token_of(other.link), "Yan")).ready["standing"] == "waiting"


@pytest.mark.parametrize(
    "token", ["x", ".", "..", "a.b.c", "\x00.\x00.\x00", "%23", "💊.shared.x", "x" * 200]
)
async def test_what_is_no_token_is_unknown(here: House, token: str) -> None:
    """Whatever is pasted."""
    await here.plan()
    assert await refusal(here.join(token, "Eve")) == "link_unknown"


async def test_a_token_of_201_letters_is_no_message(here: House) -> None:
    """Longer than any token: not even looked at."""
    assert await refusal(here.join("x" * 201, "Eve")) == "bad_message"
