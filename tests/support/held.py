"""A socket before a store that keeps the answers to saves back: what is asked is done, and heard of later."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from tests.support.between import Between

SAVE: Final = b":v:"
"""In every save's keys, and in no other command that changes anything."""


class HeldSaves(Between):
    """Once told to `hold`, it keeps the answers to saves until it is told to `let_go`; all else passes."""

    def __init__(self, store_url: str, own: Path) -> None:
        super().__init__(unquote(urlsplit(store_url).path), own)
        self.url = f"unix://{quote(str(own))}"
        self.holding = asyncio.Event()
        """Set while an answer is kept back."""
        self._free = asyncio.Event()
        self._free.set()

    def hold(self) -> None:
        """Keep the answers to saves from now on."""
        self.holding.clear()
        self._free.clear()

    def let_go(self) -> None:
        """Give them."""
        self._free.set()

    def connected(self) -> asyncio.Event:
        """Give what is set once an answer is to be kept back."""
        return asyncio.Event()

    async def ask(self, chunk: bytes, mark: asyncio.Event) -> bytes:
        """Let everything reach the store."""
        if not self._free.is_set() and SAVE in chunk and b"EVALSHA" in chunk:
            mark.set()
        return chunk

    async def answer(self, chunk: bytes, mark: asyncio.Event) -> tuple[bytes, bool]:
        """Keep the answer back of who saved."""
        if mark.is_set():
            self.holding.set()
            await self._free.wait()
            mark.clear()
        return chunk, False
