"""`python -m load_tests.worker`: one client process of a run.

It reads its part from standard input (`Part`, one line of JSON), sets itself up, says so, reads when to begin
(seconds of the monotonic clock, which all processes of a machine share), and then says each second what it
saw (`Second`). Its last line is `{"done":true}`.
"""

import asyncio
import sys
from time import monotonic
from typing import Final

import msgspec
import uvloop

from load_tests.ground import Ground, Part
from load_tests.scenarios import SCENARIOS
from load_tests.visitor import Hangup

EVERY: Final = 1.0


def main() -> None:
    """Be one client process."""
    part = msgspec.json.decode(sys.stdin.readline(), type=Part)
    try:
        uvloop.run(_worked(part))
    except* (Hangup, OSError) as broken:
        sys.exit(f"{part.url}: {broken.exceptions[0]}")


async def _worked(part: Part) -> None:
    async with asyncio.TaskGroup() as tasks:
        ground = await Ground.reached(part, tasks)
        scenario = SCENARIOS[part.scenario](ground)
        await scenario.set_up()
        _say({"ready": True})
        ground.begin(float(await asyncio.to_thread(sys.stdin.readline)))
        telling = asyncio.create_task(_tell(ground))
        await scenario.run()
        await scenario.close()
        telling.cancel()
        _say(ground.tally.second())
        _say({"done": True})


async def _tell(ground: Ground) -> None:
    """Say each second what was seen."""
    number = 0
    while True:
        number += 1
        await asyncio.sleep(max(0.0, ground.began + number * EVERY - monotonic()))
        _say(ground.tally.second())


def _say(what: object) -> None:
    print(msgspec.json.encode(what).decode(), flush=True)


if __name__ == "__main__":
    main()
