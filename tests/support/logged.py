"""What is logged about joins, read as it is written."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import structlog

from gateway.logs import configure_logs, own
from gateway.settings_sections import Log
from tests.support.client import PATIENCE


@dataclass(slots=True)
class Lines:
    """The lines about joins since the beginning of the `with`."""

    capsys: pytest.CaptureFixture[str]
    all: list[dict[str, Any]] = field(default_factory=list)

    def read(self) -> list[dict[str, Any]]:
        """Give all of them so far."""
        new = map(json.loads, self.capsys.readouterr().err.splitlines())
        self.all += [line for line in new if "join" in line]
        return self.all

    async def until(self, event: str, times: int = 1) -> list[dict[str, Any]]:
        """Wait until something was logged so many times; a node hears of a connection's end by itself."""
        async with asyncio.timeout(PATIENCE):
            while sum(line["event"] == event for line in self.read()) < times:  # noqa: ASYNC110 - logs tell nobody
                await asyncio.sleep(0.01)
        return self.all


@contextmanager
def lines_of_joins(capsys: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    """Log everything as JSON for a `with`."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    configure_logs(Log(level="debug"))
    try:
        yield Lines(capsys)
    finally:
        root.handlers, root.level = handlers, level
        own.silence()
        structlog.reset_defaults()
