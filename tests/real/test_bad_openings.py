"""Sockets that should not open, and those that open and say nothing."""

import asyncio
from http import HTTPStatus
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.support.client import WireClient
from tests.support.node import House

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("others")]


async def _status(ws_url: str, **options: Any) -> int:
    with pytest.raises(InvalidStatus) as refused:
        await WireClient.open(ws_url, **options)
    return refused.value.response.status_code


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://127.0.0.1",
        "https://127.0.0.1:{port}",
        "http://127.0.0.1:{port}.evil.example",
        "http://127.0.0.1:{port}@evil.example",
        "http://evil.example/http://127.0.0.1:{port}",
        "null",
        "HTTP://127.0.0.1:{port}/",
        "",
    ],
)
async def test_another_sites_page_may_not_connect(here: House, origin: str) -> None:
    """403 for every Origin that is not exactly ours (threat 7)."""
    asked = {"additional_headers": {"Origin": origin.format(port=here.port)}}
    assert await _status(here.ws_url, **asked) == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("origin", ["http://127.0.0.1:{port}", "http://localhost:{port}", None])
async def test_our_own_pages_and_programs_may(here: House, origin: str | None) -> None:
    """Our origins, and clients that are no page and so have none."""
    visit = await here.plan()
    client = await here.open(origin=origin.format(port=here.port) if origin else None)
    await client.hello("hello.link", token=here.guest_token(visit), name="Ana", page="p")


@pytest.mark.parametrize("offered", [None, ["chat"], ["vestibule.v2.json"], ["VESTIBULE.V1.JSON"]])
async def test_without_a_subprotocol_that_we_speak_it_is_400(here: House, offered: list[str] | None) -> None:
    """Nobody is connected who would not be understood."""
    assert await _status(here.ws_url, subprotocols=offered) == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("path", ["/", "/j", "/api/v1/visits", "/wss", "/../ws"])
async def test_other_paths_are_no_socket(here: House, path: str) -> None:
    """404, and nothing is upgraded."""
    assert await _status(f"ws://127.0.0.1:{here.port}{path}") == HTTPStatus.NOT_FOUND


async def test_who_says_nothing_is_closed_with_4000(here: House) -> None:
    """Five seconds from the opening to hello; pings and pongs are no hello."""
    silent = [await here.open(), await here.open(text=True)]
    await (await silent[0].socket.ping())
    assert {await client.closed() for client in silent} == {4000}


async def test_who_never_finishes_the_opening_is_dropped(here: House) -> None:
    """Half a request is given up after five seconds, without an answer owed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
    writer.write(b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
    await writer.drain()
    visit = await here.plan()
    await here.guest(visit)
    writer.close()
    await reader.read()
