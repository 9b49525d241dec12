"""Pages are the same for everyone, tell nothing and change nothing; browsers are told to keep them tight."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from gateway.api.pages import Pages
from tests.support.node import House, house
from tests.support.rest import browser, refusal

pytestmark = pytest.mark.asyncio(loop_scope="session")

GUEST, CLINIC = "<main>Guest", "<main>Clinic"
SCRIPT = "console.log('hello');" * 200
WEB = Path(__file__).parents[2] / "dashboards" / "web"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lay down a web build, as small as one can be."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "guest.html").write_text(GUEST)
    (tmp_path / "clinic.html").write_text(CLINIC)
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "assets" / "guest-abc.js").write_text(SCRIPT)
    (tmp_path / "logo.svg").write_text("<svg/>")
    shutil.copy(WEB / "public" / "favicon.svg", tmp_path)
    monkeypatch.setattr("gateway.api.front.STATIC", tmp_path)
    return tmp_path


@pytest_asyncio.fixture(loop_scope="session")
async def web(built: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx.AsyncClient]:
    """Serve it from a node of its own."""
    del built  # it is there; the node finds it by itself
    async with house(tmp_path_factory.mktemp("pages")) as here, browser(here) as one:
        yield one.http


async def test_each_page_stands_where_links_lead(web: httpx.AsyncClient) -> None:
    """Guests, patients and calls share one, the clinic has the other, deep links included."""
    for path in ("/j", "/v", "/call", "/call?visit=0417-7h3kq2m9xw4c", "/j?debug"):
        assert (await web.get(path)).text == GUEST
    for path in (
        "/",
        "/visits",
        "/visits/0417-7h3kq2m9xw4c",
        "/visits/x?day=2026-01-01",
        "/settings",
        "/settings/staff",
        "/schedule",
        "/welcome",
        "/welcome%230417-7h3kq2m9xw4c",
    ):
        assert (await web.get(path)).text == CLINIC
    answer = await web.get("/elsewhere", headers={"Accept": "text/html"})
    assert (answer.status_code, "nothing at this address" in answer.text) == (404, True)
    assert refusal(await web.get("/elsewhere")) == (404, "not_found")


async def test_a_tab_is_named_in_the_language_of_who_asks(web: httpx.AsyncClient, built: Path) -> None:
    """From the start: what a browser shows and reads out before the page's script has come."""
    (built / "guest.html").write_text('<html lang="en"><head><title>Visit</title></head>')
    (built / "clinic.html").write_text('<html lang="en"><head><title>Clinic</title></head>')
    for path, accepted, language, title in (
        ("/j", "es-MX,es;q=0.9,en;q=0.8", "es", "Su consulta"),
        ("/j", "de,en;q=0.5,es;q=0.2", "en", "Your visit"),
        ("/", "es", "es", "Sala de espera"),
        ("/settings/staff", "es", "es", "Ajustes"),
        ("/schedule", "", "en", "Schedule"),
    ):
        answer = await web.get(path, headers={"Accept-Language": accepted})
        assert answer.text == f'<html lang="{language}"><head><title>{title}</title></head>', path
    answer = await web.get("/elsewhere", headers={"Accept": "text/html", "Accept-Language": "es"})
    assert '<html lang="es">' in answer.text
    assert "No hay nada en esta dirección" in answer.text


async def test_a_link_whose_fragment_came_escaped_opens_the_same_page(web: httpx.AsyncClient) -> None:
    """Some mailers write `%23`; the token in it is not looked at, nor is what follows it."""
    for path in ("/j%23", "/j%230417-7h3kq2m9xw4c.shared.AAAA", "/v%23x", "/j%23a/b%2Fc", "/J%23x"):
        answer = await web.get(path)
        assert answer.text == GUEST if not path.startswith("/J") else answer.status_code == 404


async def test_browsers_are_told_to_keep_pages_tight(web: httpx.AsyncClient) -> None:
    """No other site frames it, gets its address, or sees it in a cache; no inline script runs."""
    answer = await web.get("/j")
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["connect-src"].split()[1:] == sorted(
        f"ws://{name}:{web.base_url.port}" for name in ("127.0.0.1", "localhost")
    )
    for name, value in {
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
    }.items():
        assert answer.headers[name] == value
    for right in ("camera=(self)", "microphone=(self)", "display-capture=(self)"):
        assert right in answer.headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in answer.headers, "only where people come by https"
    assert "Server" not in answer.headers


async def test_everything_else_is_kept_out_of_caches_too(web: httpx.AsyncClient) -> None:
    """REST, refusals and health; hashed assets alone may be kept for ever."""
    for path in ("/api/v1/me", "/nothing", "/healthz", "/"):
        assert (await web.get(path)).headers["Cache-Control"] == "no-store"
    assert "immutable" in (await web.get("/static/assets/guest-abc.js")).headers["Cache-Control"]
    assert (await web.get("/static/logo.svg")).headers["Cache-Control"] == "no-cache"


async def test_head_is_get_without_a_body(web: httpx.AsyncClient) -> None:
    """As link previews ask."""
    for path in ("/j", "/", "/j%23x", "/static/assets/guest-abc.js", "/healthz"):
        got, head = await web.get(path), await web.head(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        for name in ("Content-Type", "Content-Length", "Content-Security-Policy"):
            assert head.headers[name] == got.headers[name]


async def test_texts_travel_zipped_to_who_takes_it(web: httpx.AsyncClient) -> None:
    """And are the same afterwards."""
    path = "/static/assets/guest-abc.js"
    async with web.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as zipped:
        raw = b"".join([piece async for piece in zipped.aiter_raw()])
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert len(raw) < len(SCRIPT) / 10
    assert gzip.decompress(raw).decode() == SCRIPT
    plain = await web.get(path, headers={"Accept-Encoding": "identity"})
    assert (plain.text, "Content-Encoding" in plain.headers) == (SCRIPT, False)
    assert plain.headers["Content-Type"].startswith("text/javascript")


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "..%2fsecret",
        "%2e%2e/secret",
        "assets/../../secret",
        "guest.html",
        "manifest.json",
        "",
        "assets",
        "a%00b.js",
    ],
)
async def test_nothing_outside_the_build_is_served(web: httpx.AsyncClient, built: Path, name: str) -> None:
    """However the path is written."""
    (built.parent / "secret").write_text("secret")
    request = web.build_request("GET", "/static/")
    request.url = request.url.copy_with(raw_path=f"/static/{name}".encode())
    assert (await web.send(request)).status_code == 404


async def test_a_tab_has_its_picture(web: httpx.AsyncClient, built: Path) -> None:
    """Ours, at the address that the pages name and at the one that browsers guess; the policy lets it in."""
    for page in ("guest.html", "clinic.html"):
        assert 'rel="icon"' in (WEB / page).read_text()
    for path in ("/static/favicon.svg", "/favicon.ico"):
        answer = await web.get(path)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/svg+xml")
        assert answer.text.startswith("<svg")
    policy = (await web.get("/")).headers["Content-Security-Policy"]
    assert "img-src 'self'" in policy
    (built / "favicon.svg").unlink()
    assert (await web.get("/favicon.ico")).status_code == 204, "no build, no picture, no error"


async def test_a_new_build_is_served_without_a_restart(web: httpx.AsyncClient, built: Path) -> None:
    """And without one at all a page says what to do, while the rest works."""
    assert (await web.get("/j")).text == GUEST
    (built / "guest.html").write_text(GUEST + "new")
    assert (await web.get("/j")).text == GUEST + "new"
    (built / "guest.html").unlink()
    answer = await web.get("/j")
    assert (answer.status_code, "make web" in answer.text) == (503, True)
    assert (await web.get("/healthz")).status_code == 200
    assert not Pages(built).built()


async def test_a_hundred_scanners_change_nothing(here: House) -> None:
    """GET and HEAD of a link, escaped and not: nobody appears, and the guest still gets in (D8)."""
    visit = await here.plan()
    board, token = await here.dashboard(visit), here.guest_token(visit)
    async with browser(here) as scanner:
        for number in range(100):
            path = "/j" if number % 2 else f"/j%23{token}"
            await scanner.http.request("HEAD" if number % 3 else "GET", path)
    guest = await here.guest(visit, "Ana")
    await board.wait_for("board.seat", seat__seat=guest.seat)
    assert {seat["seat"]["seat"] for seat in board.named("board.seat")} == {guest.seat}


async def test_readiness_tells_strangers_nothing_but_yes_or_no(here: House) -> None:
    """And no metrics: they stand at the operator's door."""
    async with browser(here) as anybody:
        assert (await anybody.http.get("/readyz")).json() == {"status": "ready"}
        assert (await anybody.http.get("/metrics")).status_code == 404
        assert (await anybody.http.get("/docs")).status_code == 404
        assert (await anybody.ask("POST", "/demo/visits", {})).status_code == 404
