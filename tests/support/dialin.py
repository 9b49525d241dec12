"""`vestibule dialin` as a process of its own, before a test's node, and the company that calls it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from tests.support.node import House
from tests.support.processes import REPO
from tests.support.telephony import PUBLIC, TOKEN, Telephony, recordings

START_WITHIN = 30.0


def variables(here: House, **changes: str) -> dict[str, str]:
    """Say the settings of a process before a test's node."""
    dialin = {
        "VISITS_URL": here.ws_url,
        "KEY": here.dialin_key,
        "PORT": "0",
        "ADMIN_BIND": "",
        "PUBLIC_URL": PUBLIC,
        "TOKEN": TOKEN,
        "PROMPTS": str(recordings(here.node.settings.data_dir / "prompts")),
        "STOP_SECONDS": "5",
    }
    return {f"VESTIBULE_DIALIN__{name}": value for name, value in (dialin | changes).items()}


async def started(environment: Mapping[str, str]) -> asyncio.subprocess.Process:
    """Start the process."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gateway",
        "dialin",
        cwd=REPO,
        env={**os.environ, "VESTIBULE_LOG__FORMAT": "console", **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@asynccontextmanager
async def dialin(here: House, **changes: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, Telephony]]:
    """Run it until the end of the `with`, and the company that calls it."""
    here.dialin_key = here.dialin_key or await here.key()
    process = await started(variables(here, **changes))
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_WITHIN):
            ready = json.loads(await process.stdout.readline())
        company = Telephony(ready["port"], None, here.number)
        yield process, company
        await asyncio.gather(*(stream.close() for stream in company.streams))
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()
