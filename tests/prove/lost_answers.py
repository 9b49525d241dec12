"""A socket before a store that loses the answers to saves: what was asked is done, and nobody learns it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from tests.support.between import Between

SAVE = b":v:"
"""In every save's keys, and in no other command that changes anything."""


class LostAnswers(Between):
    """While `losing`, whoever saves has their connection cut before the answer; all else passes."""

    def __init__(self, store_url: str, own: Path) -> None:
        super().__init__(unquote(urlsplit(store_url).path), own)
        self.url = f"unix://{quote(str(own))}"
        self.losing = False
        self.lost = 0

    def connected(self) -> asyncio.Event:
        """Give what is set once an answer is to be lost."""
        return asyncio.Event()

    async def ask(self, chunk: bytes, mark: asyncio.Event) -> bytes:
        """Let everything reach the store."""
        if self.losing and SAVE in chunk and b"EVALSHA" in chunk:
            mark.set()
        return chunk

    async def answer(self, chunk: bytes, mark: asyncio.Event) -> tuple[bytes, bool]:
        """Lose the answer of who saved."""
        if not mark.is_set():
            return chunk, False
        self.lost += 1
        return b"", True
