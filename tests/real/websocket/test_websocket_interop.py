"""Other people's clients, and uvicorn on the same port."""

import asyncio

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK, InvalidStatus
from websockets.sync.client import connect as connect_in_thread
from websockets.typing import Origin, Subprotocol

from gateway.websocket import Accepted, Endpoint, Handshake
from tests.real.websocket.peer import TIMEOUT, Listener, room

MESSAGES: list[str | bytes] = ["", "hi", "é" * 70, "x" * 60000, b"", b"bin", b"y" * 126, b"z" * 65536]


async def test_the_asyncio_client_of_websockets_is_served() -> None:
    """Messages, fragments, pings, compression declined, goodbye."""
    async with room() as here, connect(f"ws://127.0.0.1:{here.port}/ws") as client:
        for message in MESSAGES:
            await client.send(message)
            assert await client.recv() == message
        await client.send(["one ", "two ", "three"])
        assert await client.recv() == "one two three"
        async with asyncio.timeout(TIMEOUT):
            await (await client.ping())
        await client.close(1001, "tab closed")
        assert await here.listeners[0].end() == (1001, "tab closed")
        assert client.close_code == 1001


async def test_the_asyncio_client_learns_why_it_was_closed() -> None:
    """Too big a message: 1009, not a reset connection."""
    async with room() as here, connect(f"ws://127.0.0.1:{here.port}/ws") as client:
        await client.send("x" * 300_000)
        with pytest.raises(ConnectionClosedError) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009


async def test_the_threaded_client_of_websockets_is_served() -> None:
    """A client that is not in this loop at all."""

    def talk(port: int) -> list[str | bytes]:
        with connect_in_thread(f"ws://127.0.0.1:{port}/ws", origin=None) as client:
            answers = []
            for message in MESSAGES:
                client.send(message)
                answers.append(client.recv(TIMEOUT))
            return answers

    async with room() as here:
        assert await asyncio.to_thread(talk, here.port) == MESSAGES
        assert await here.listeners[0].end() == (1000, "")


def accept(handshake: Handshake) -> Accepted:
    """Speak the first of the offered subprotocols."""
    return Accepted(Listener(), subprotocol=next(iter(handshake.subprotocols), None), text=True)


async def test_uvicorn_serves_pages_and_sockets_on_one_port_and_goes_in_order() -> None:
    """HTTP, an upgrade, refusals, drain, then the end of uvicorn: nobody is cut without a word."""
    endpoint = Endpoint(accept, origins={"https://clinic.example"})
    app = FastAPI()

    @app.get("/page")
    def page() -> str:
        return "hello"

    config = uvicorn.Config(app, port=0, ws=endpoint, http="httptools", lifespan="off", log_config=None)  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    async with asyncio.timeout(TIMEOUT), asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server._serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0)
        port = server.servers[0].sockets[0].getsockname()[1]
        url = f"ws://127.0.0.1:{port}/ws"
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            assert (await http.get("/page")).json() == "hello"
        with pytest.raises(InvalidStatus) as refused:
            await connect(url, origin=Origin("https://evil.example"))
        assert refused.value.response.status_code == 403
        offered = [Subprotocol("vestibule.v1.json"), Subprotocol("other")]
        async with connect(url, origin=Origin("https://clinic.example"), subprotocols=offered) as client:
            assert client.subprotocol == "vestibule.v1.json"
            await client.send("hi")
            assert await client.recv() == "hi"
            async with asyncio.TaskGroup() as going:
                going.create_task(endpoint.drain(timeout=TIMEOUT))
                with pytest.raises(ConnectionClosedError) as closed:
                    await client.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1012
        server.should_exit = True
        await serving


async def test_a_normal_close_of_ours_is_no_error_for_the_client() -> None:
    """1000 both ways."""
    async with room() as here, connect(f"ws://127.0.0.1:{here.port}/ws") as client:
        here.listeners[0].open_socket.close()
        with pytest.raises(ConnectionClosedOK):
            await client.recv()
