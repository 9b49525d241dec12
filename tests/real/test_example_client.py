"""The example client, run as people run it."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from tests.support.node import house
from tests.support.processes import REPO


async def test_the_documented_client_joins_waits_is_let_in_and_leaves(tmp_path: Path) -> None:
    """A program written from the protocol's page alone joins by link, hears that it is let in, and leaves."""
    async with house(tmp_path) as here:
        visit = await here.plan()
        link = here.node.desk.shared_panel(visit).link
        client = await asyncio.create_subprocess_exec(
            sys.executable,
            str(REPO / "examples/join_as_guest.py"),
            link,
            "--name",
            "Mei",
            stdout=asyncio.subprocess.PIPE,
        )
        assert client.stdout is not None
        events = []
        async with asyncio.timeout(30):
            async for line in client.stdout:
                events.append(json.loads(line))
                if events[-1]["event"] == "ready":
                    assert events[-1]["standing"] == "waiting"
                    provider = await here.provider(visit)
                if events[-1]["event"] == "inside":
                    await provider.ask("complete", op="over")
            status = await client.wait()
        assert [one["event"] for one in events if one["event"] != "seat"][:4] == [
            "connected",
            "ready",
            "you",
            "inside",
        ]
        assert events[-1]["event"] == "bye"
        assert events[-1]["code"] == "completed"
        assert status == 0
