"""Nothing of a guest is anywhere in clear at any time, nor sealed after the end and the rewrite (R15)."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from gateway.logs import redacted_path
from tests.prove import canary
from tests.prove.traces import Search
from tests.support.node import House

NAME = "Żółwik Müller"


async def test_no_canary_sings(tmp_path: Path) -> None:
    """Names, addresses, numbers, PINs, secrets: through every door, then looked for in all that is left."""
    told = await canary.played(tmp_path, 1)
    assert not told.broken
    assert told.figures["texts"] > 50
    assert told.figures["sealed"] > 5


@pytest.mark.parametrize(
    "written",
    [
        NAME.encode(),
        NAME.upper().encode(),
        NAME.encode("utf-16-le"),
        quote(NAME).encode(),
        json.dumps({"name": NAME}).encode(),
        base64.b64encode(b"name=" + NAME.encode() + b";"),
        base64.urlsafe_b64encode(b"a name=" + NAME.encode() + b";"),
        base64.b64encode(b"the name=" + NAME.encode() + b";"),
        NAME.encode().hex().encode(),
    ],
    ids=lambda written: written[:12].decode(errors="replace"),
)
def test_the_search_knows_a_text_however_it_is_written(written: bytes) -> None:
    """Else a clean result would mean nothing."""
    search = Search()
    search.for_text("name", NAME)
    assert list(search.within("a file", b"before " + written + b" after")) == ["name 0 in a file"]


@pytest.mark.parametrize("written", ["+15559081726", "15559081726", "5559081726"])
def test_the_search_knows_a_number_however_it_is_written(written: str) -> None:
    """With its plus, without it, and without the country."""
    search = Search()
    search.for_text("number", "+15559081726")
    assert list(search.within("a file", written.encode()))


@pytest.mark.asyncio(loop_scope="session")
async def test_our_own_paths_are_logged_whole_and_others_words_are_not(here: House) -> None:
    """An access log that hides what guests may have typed still says what was asked of us."""
    import httpx

    async with httpx.AsyncClient(base_url=here.url, trust_env=False) as http:
        paths = (await http.get("/openapi.json")).json()["paths"]
    for path in paths:
        ours = path.replace("{visit}", "0417-7h3kq2m9xw4c")
        shown = redacted_path(ours)
        assert shown == "/".join("[redacted]" if part.startswith("{") else part for part in ours.split("/"))
    assert redacted_path("/Mei Tanaka") == "/[redacted]"
    assert redacted_path("/api/v1/visits/mei/invitations/tanaka") == (
        "/api/v1/visits/[redacted]/invitations/[redacted]"
    )
