"""`python -m load_tests.phones`: what the bridge of telephones costs, in time and in processor.

Two real nodes with their bridges, which are processes of their own: one mixes by itself, the other by Janus.
Telephones bring their sound as a dial-in does, browsers are doubles that connect as docs/protocol.md says
(aiortc); what is measured of one bridge is measured of the other right after. Two things are:

- mouth to ear: from the onset of a tone on one side to its onset on the other, both ways, by one clock. Both
  sides say 20 ms at a time, so a frame's own 20 ms are in it; a telephone's and a browser's own buffers are
  not, for they stand behind what is measured.
- processor seconds a second of all of the bridge's processes, and by telephone; of Janus also without the
  process that brings it the telephones' sound.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Final

from gateway.media.bridge.process import cpu_of
from tests.support.client import WireClient
from tests.support.node import House, house
from tests.support.sound import QUIET, BrowserDouble, Line, line, loudness, tone, until

HZ: Final = 500
ONSETS: Final = 15
LOUD: Final = 1_000.0
"""From this amplitude on the tone has begun."""
SETTLES: Final = 1.5
MIXES: Final = ((1, 2), (4, 2))
"""Telephones and browsers."""
BACKENDS: Final = ("embedded", "janus")
MEASURED: Final = 8.0
PACE: Final = 0.002


def main() -> None:
    """Measure, and print what was found; the last line is JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer onsets, and shorter")
    quick = parser.parse_args().quick
    print(json.dumps(asyncio.run(measured(5 if quick else ONSETS, 3.0 if quick else MEASURED))))


async def measured(onsets: int, seconds: float) -> dict[str, object]:
    """Measure both kinds of bridge, in turns."""
    found: dict[str, object] = {"load_before": os.getloadavg()[0]}
    async with AsyncExitStack() as stack:
        clinics = {
            backend: await stack.enter_async_context(await a_clinic(stack, backend)) for backend in BACKENDS
        }
        found["mouth_to_ear_ms"] = {
            backend: await delays(backend, here, onsets) for backend, here in clinics.items()
        }
        found["cpu_percent"] = {
            f"{phones} telephones, {browsers} browsers": compared(
                {
                    backend: await cost(backend, here, phones, browsers, seconds)
                    for backend, here in clinics.items()
                }
            )
            for phones, browsers in MIXES
        }
    return found


async def a_clinic(stack: AsyncExitStack, backend: str) -> AbstractAsyncContextManager[House]:
    """Start a node with this kind of bridge; give a clinic at it."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    return (await stack.enter_async_context(house(folder, bridge={"backend": backend}))).another_clinic()


def compared(costs: dict[str, dict[str, float]]) -> dict[str, object]:
    """Say how many times Janus's cost the embedded bridge has."""
    ratio = round(costs["embedded"]["bridge"] / max(costs["janus"]["bridge"], 0.1), 2)
    print(f"  embedded / Janus: {ratio}")
    return {**costs, "embedded_to_janus": ratio}


# ---------------------------------------------------------------- mouth to ear


async def delays(backend: str, here: House, onsets: int) -> dict[str, dict[str, float]]:
    """Measure onsets from the telephone to the browser, and back."""
    async with AsyncExitStack() as stack:
        (phone,), (browser,) = await a_call(here, stack, 1, 1, quiet=True)
        there = [await onset(lambda: speak(phone), lambda: heard_by(browser)) for _ in range(onsets)]
        back = [await onset(lambda: hum(browser), lambda: heard_on(phone)) for _ in range(onsets)]
    shown = {"telephone to browser": summary(there), "browser to telephone": summary(back)}
    for way, figures in shown.items():
        print(f"{backend}, {way}: median {figures['median']:.0f} ms, worst {figures['worst']:.0f} ms")
    return shown


def summary(delays: list[float]) -> dict[str, float]:
    """Give median and worst, in ms."""
    return {"median": round(statistics.median(delays) * 1000, 1), "worst": round(max(delays) * 1000, 1)}


async def onset(says: Callable[[], Callable[[], None]], hears: Callable[[], bool]) -> float:
    """Say the tone, wait until it is heard, be silent until it is not; give the seconds."""
    began = time.perf_counter()
    stop = says()
    await until_quickly(hears)
    took = time.perf_counter() - began
    stop()
    await until(lambda: not hears())
    await asyncio.sleep(0.3 + took % 0.02)  # not always at the same place of a frame
    return took


async def until_quickly(promise: Callable[[], bool]) -> None:
    """Look often."""
    async with asyncio.timeout(5):
        while not promise():  # noqa: ASYNC110 - sound has no events
            await asyncio.sleep(PACE)


def speak(phone: Line) -> Callable[[], None]:
    """Let a telephone say the tone."""
    phone.says = tone(HZ)
    return lambda: setattr(phone, "says", QUIET)


def hum(browser: BrowserDouble) -> Callable[[], None]:
    """Let a browser say the tone."""
    browser.says(HZ)
    return lambda: browser.says(0)


def heard_by(browser: BrowserDouble) -> bool:
    """Whether the tone is in the browser's last frame."""
    return loudness(browser.last(1), HZ) > LOUD


def heard_on(phone: Line) -> bool:
    """Whether the tone is in the telephone's last frame."""
    return loudness(phone.last(0.02), HZ) > LOUD


# ---------------------------------------------------------------- processor


async def cost(backend: str, here: House, phones: int, browsers: int, seconds: float) -> dict[str, float]:
    """Measure the bridge's processes while so many talk at the same time."""
    async with AsyncExitStack() as stack:
        await a_call(here, stack, phones, browsers, quiet=False)
        await asyncio.sleep(SETTLES)
        doing = here.node.keeper.doing
        before, at = (cpu_of(doing.pid), cpu_of(doing.helper)), time.perf_counter()
        await asyncio.sleep(seconds)
        took = time.perf_counter() - at
        after = (cpu_of(doing.pid), cpu_of(doing.helper))
    own, helper = (100 * (now - then) / took for then, now in zip(before, after, strict=True))
    said = f", of it Janus {helper:.1f}" if doing.helper else ""
    total = own + helper
    print(
        f"{backend}, {phones} telephones, {browsers} browsers: {total:.1f} % of a core{said};"
        f" {total / phones:.1f} a telephone"
    )
    figures = {"bridge": round(total, 1), "a_telephone": round(total / phones, 1)}
    return figures | ({"janus_alone": round(helper, 1)} if doing.helper else {})


# ---------------------------------------------------------------- a call


async def a_call(
    here: House, stack: AsyncExitStack, phones: int, browsers: int, *, quiet: bool
) -> tuple[list[Line], list[BrowserDouble]]:
    """Bring so many telephones and browsers into one visit, all of them connected."""
    visit = await here.plan()
    clients: list[WireClient] = [await here.provider(visit)]
    clients += [await here.guest(visit, f"Guest {number}") for number in range(1, browsers)]
    lines = []
    for number in range(phones):
        caller = await here.caller_in(visit, f"+1555019{number}")
        stack.push_async_callback(_hung_up(caller))
        audio = await caller.wait_for("audio")
        lines.append(await stack.enter_async_context(line(audio, 0 if quiet else 400 + 50 * number)))
    doubles = []
    for number, client in enumerate(clients):
        shown = await client.wait(lambda one: one["t"] == "visit" and bool(one["visit"].get("bridge")))
        double = BrowserDouble(client, 0 if quiet else 800 + 50 * number)
        await double.connect(shown["visit"]["bridge"])
        stack.push_async_callback(double.close)
        doubles.append(double)
    await until(lambda: all(one.frames > 20 for one in lines) and all(len(one.heard) > 20 for one in doubles))
    return lines, doubles


def _hung_up(caller: WireClient) -> Callable[[], Awaitable[None]]:
    async def close() -> None:
        await caller.close()

    return close


if __name__ == "__main__":
    main()
