"""What flows between browsers, asked of the browsers themselves."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import Page

GROWS_WITHIN = 30.0


async def stats(page: Page) -> list[dict[str, Any]]:
    """What each pair of this page receives (`window.vestibule.stats()`)."""
    found: list[dict[str, Any]] = await page.evaluate("window.vestibule ? window.vestibule.stats() : []")
    return found


async def media_flows(page: Page, peers: int) -> list[dict[str, Any]]:
    """Wait until audio and video of so many peers have grown on this page since now."""
    before: dict[str, dict[str, Any]] = {}
    async with asyncio.timeout(GROWS_WITHIN):
        while True:
            now = {pair["seat"]: pair for pair in await stats(page)}
            before = {seat: before.get(seat, pair) for seat, pair in now.items()}
            grown = [
                pair
                for seat, pair in now.items()
                if pair["audioBytes"] > before[seat]["audioBytes"]
                and pair["framesDecoded"] > before[seat]["framesDecoded"]
                and pair["totalAudioEnergy"] > before[seat]["totalAudioEnergy"]
            ]
            if len(grown) >= peers:
                return grown
            await page.wait_for_timeout(200)
