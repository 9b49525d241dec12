"""The fault proxy is as bad a wire as it says: it delays, throttles, holds, strands, cuts, refuses."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.proxy import Address, FaultProxy

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[FaultProxy], Awaitable[Ends]]
GONE = (ConnectionError, asyncio.IncompleteReadError)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say everything back until the other side ends."""
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, asyncio.CancelledError):
        pass
    finally:
        writer.close()


@pytest_asyncio.fixture(params=["tcp", "unix"])
async def wire(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[FaultProxy]:
    """A wire before a server that says everything back."""
    if request.param == "tcp":
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        target: Address = server.sockets[0].getsockname()[:2]
        listen: Address = ("127.0.0.1", 0)
    else:
        server = await asyncio.start_unix_server(echo, tmp_path / "server.sock")
        target, listen = tmp_path / "server.sock", tmp_path / "wire.sock"
    async with FaultProxy(target, listen).serving() as proxy:
        yield proxy
    server.close()


@pytest_asyncio.fixture
async def connect() -> AsyncIterator[Connect]:
    """Connects through a wire; lets go of every connection at the end."""
    opened: list[asyncio.StreamWriter] = []

    async def connected(wire: FaultProxy) -> Ends:
        if isinstance(wire.address, Path):
            ends = await asyncio.open_unix_connection(wire.address)
        else:
            ends = await asyncio.open_connection(*wire.address)
        opened.append(ends[1])
        return ends

    yield connected
    for writer in opened:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def said_back(ends: Ends, words: bytes) -> bytes:
    """Say something and wait until it is said back."""
    ends[1].write(words)
    return await ends[0].readexactly(len(words))


async def gone(ends: Ends) -> None:
    """Wait for the end of a connection; whatever comes before it is of no matter."""
    async with asyncio.timeout(10):
        try:
            while await ends[0].read(1 << 16):
                pass
        except GONE:
            return


async def test_a_good_wire_passes_everything(wire: FaultProxy, connect: Connect) -> None:
    """In order, both ways, also what is larger than any buffer."""
    ends = await connect(wire)
    words = bytes(range(256)) * 20_000
    reading = asyncio.create_task(ends[0].readexactly(len(words)))
    ends[1].write(words)
    assert await reading == words
    ends[1].close()


async def test_an_end_is_passed_on(wire: FaultProxy, connect: Connect) -> None:
    """Whoever closes, the other side learns it."""
    ends = await connect(wire)
    await said_back(ends, b"hello")
    ends[1].write_eof()
    assert await ends[0].read() == b""


async def test_a_slow_wire_keeps_the_order(wire: FaultProxy, connect: Connect) -> None:
    """Late, and little at a time; then quick again."""
    ends = await connect(wire)
    wire.delay, wire.rate = 0.02, 200_000
    loop = asyncio.get_running_loop()
    began, words = loop.time(), bytes(range(200)) * 20
    assert await said_back(ends, words) == words
    assert loop.time() - began > 2 * 0.02 + 2 * len(words) / 200_000 - 0.01
    wire.heal()
    assert await said_back(ends, b"quick") == b"quick"


async def test_a_wire_that_holds_tells_nobody_and_loses_nothing(wire: FaultProxy, connect: Connect) -> None:
    """Half-open: what is said arrives once it is released, on new connections too."""
    ends = await connect(wire)
    await said_back(ends, b"before")
    wire.hold()
    new = await connect(wire)
    for one in (ends, new):
        one[1].write(b"held")
    waiting = [asyncio.create_task(one[0].readexactly(4)) for one in (ends, new)]
    assert not (await asyncio.wait(waiting, timeout=0.1))[0]
    wire.release()
    assert await asyncio.gather(*waiting) == [b"held", b"held"]


async def test_a_stranded_connection_never_hears_of_the_other_end(wire: FaultProxy, connect: Connect) -> None:
    """Others are not touched by it."""
    stranded = await connect(wire)
    await said_back(stranded, b"one")
    assert wire.strand(lambda: True) == 1
    other = await connect(wire)
    stranded[1].write(b"two")
    waiting = asyncio.create_task(stranded[0].read(1))
    assert await said_back(other, b"three") == b"three"
    wire.release()
    assert not (await asyncio.wait([waiting], timeout=0.1))[0]
    stranded[1].close()
    waiting.cancel()


@pytest.mark.parametrize("after", [1, 7, 1_000])
async def test_a_connection_is_cut_at_its_byte(wire: FaultProxy, connect: Connect, after: int) -> None:
    """Not one byte more passes, both ways together."""
    wire.cut_after = lambda: after
    ends = await connect(wire)
    ends[1].write(bytes(after + 100))
    heard = b""
    async with asyncio.timeout(10):
        try:
            while data := await ends[0].read(1 << 16):
                heard += data
        except GONE:
            pass
    assert len(heard) <= after


async def test_a_cut_ends_what_is_chosen(wire: FaultProxy, connect: Connect) -> None:
    """And counts it; new connections pass, unless the wire refuses them."""
    both = [await connect(wire), await connect(wire)]
    for one in both:
        await said_back(one, b"hello")
    choices = iter([True, False])
    assert wire.cut(lambda: next(choices)) == 1
    assert len(wire.pairs) == 1
    assert wire.cut() == 1
    for one in both:
        await gone(one)
    wire.refusing = True
    await gone(await connect(wire))
    wire.heal()
    assert await said_back(await connect(wire), b"again") == b"again"


async def test_nobody_there_is_a_reset(wire: FaultProxy, connect: Connect) -> None:
    """The wire stands for a server that is gone."""
    wire.target = Path("/nowhere.sock") if isinstance(wire.address, Path) else ("127.0.0.1", 1)
    await gone(await connect(wire))
