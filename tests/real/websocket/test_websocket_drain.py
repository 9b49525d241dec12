"""A node that goes says so to everybody, and waits for nobody for long."""

import asyncio
import re
from dataclasses import replace

from gateway.websocket import RetryHint
from tests.real.websocket.peer import CLOSE, QUICK, TIMEOUT, Peer, client_frame, room

PATIENT = replace(QUICK, ping_after=1000.0, close_timeout=1000.0)


async def test_everybody_is_asked_to_come_back_at_a_time_of_their_own() -> None:
    """1012 with a jittered hint, so that they do not come back as a herd."""
    async with room() as here:
        async with here.peer() as (one, _), here.peer() as (two, _), here.peer() as (three, _):
            draining = asyncio.create_task(here.endpoint.drain(retry=RetryHint(1.0, 100.0), timeout=TIMEOUT))
            hints = set()
            for peer in (one, two, three):
                opcode, payload = await peer.frame()
                assert (opcode, payload[:2]) == (CLOSE, (1012).to_bytes(2, "big"))
                hint = re.fullmatch(r"retry=(\d+\.\d)", payload[2:].decode())
                assert hint is not None
                assert 1.0 <= float(hint[1]) <= 100.0
                hints.add(hint[1])
                await peer.write(client_frame(CLOSE, payload))
                assert await peer.rest() == b""
            await draining
            assert len(hints) > 1
        assert [listener.ends[0][0] for listener in here.listeners] == [1012] * 3
        assert here.witness.cuts == []


async def test_what_was_sent_before_arrives_before_the_goodbye() -> None:
    """Drain closes behind the queue, not through it."""
    async with room() as here, here.peer() as (peer, listener):
        listener.open_socket.send(b"saved")
        draining = asyncio.create_task(here.endpoint.drain(timeout=TIMEOUT))
        assert await peer.frame() == (2, b"saved")
        opcode, payload = await peer.frame()
        assert opcode == CLOSE
        await peer.write(client_frame(CLOSE, payload))
        await draining


async def test_newcomers_are_sent_elsewhere_meanwhile() -> None:
    """503 with Retry-After, also while the others are still being waited for."""
    async with room(limits=PATIENT) as here, here.peer() as (peer, _):
        draining = asyncio.create_task(here.endpoint.drain(timeout=TIMEOUT))
        _, payload = await peer.frame()
        async with Peer.connected(here.port) as newcomer:
            await newcomer.request()
            status, head = await newcomer.head()
            assert status == 503
            assert "Retry-After: 5\r\n" in head
            assert b'"draining"' in await newcomer.rest()
        assert not draining.done()
        await peer.write(client_frame(CLOSE, payload))
        await draining


async def test_who_does_not_answer_is_dropped_when_the_time_is_over() -> None:
    """The bound of drain holds whatever the peers do."""
    async with room(limits=PATIENT) as here, here.peer() as (peer, listener):
        await here.endpoint.drain(timeout=QUICK.ping_after)
        assert len(here.endpoint) == 0
        assert (await listener.end())[0] == 1012
        await peer.rest()


async def test_drain_is_idempotent() -> None:
    """Before any connection, twice at once, and again after it."""
    async with room(limits=PATIENT) as here:
        await here.endpoint.drain()
    async with room(limits=PATIENT) as here, here.peer() as (peer, listener):
        draining = [asyncio.create_task(here.endpoint.drain(timeout=TIMEOUT)) for _ in range(2)]
        opcode, payload = await peer.frame()
        await peer.write(client_frame(CLOSE, payload))
        assert await peer.rest() == b""
        await asyncio.gather(*draining)
        await here.endpoint.drain()
        assert opcode == CLOSE
        assert len(listener.ends) == 1


async def test_many_sockets_are_drained() -> None:
    """More than are closed in one turn of the loop."""
    async with asyncio.timeout(TIMEOUT), room() as here, asyncio.TaskGroup() as tasks:
        ready = asyncio.Barrier(301)

        async def stay() -> None:
            async with here.peer() as (peer, _):
                await ready.wait()
                await peer.write(client_frame(*await peer.frame()))
                await peer.rest()

        for _ in range(300):
            tasks.create_task(stay())
        await ready.wait()
        assert len(here.endpoint) == 300
        await here.endpoint.drain(timeout=TIMEOUT)
        assert len(here.endpoint) == 0
