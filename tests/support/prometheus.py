"""Debian's Prometheus beside a test: its own folder, a free port, hours as short as a test likes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from time import monotonic
from typing import Any, Final

import httpx

from tests.support.node import free_port
from tools.watching import rules
from tools.watching.boards import BOARDS
from tools.watching.grafana import as_json
from tools.watching.pace import Pace

PACE: Final = Pace(60)
"""An hour is a minute, so that five minutes are ten scrapes."""
SCRAPES_EVERY: Final = "500ms"
PATIENCE: Final = 40.0
LOOKS_EVERY: Final = 0.1
DATA_WITHIN: Final = 20.0


@dataclass(frozen=True, slots=True)
class Series:
    """One series of an answer: its labels and its value of now."""

    labels: Mapping[str, str]
    value: float


class Prometheus:
    """A Prometheus that scrapes."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def query(self, expr: str) -> list[Series]:
        """Ask for what is so now."""
        answer = await self._http.get("/api/v1/query", params={"query": expr})
        assert answer.status_code == 200, f"{expr}: {answer.text}"
        found: list[dict[str, Any]] = answer.json()["data"]["result"]
        return [Series(one["metric"], float(one["value"][1])) for one in found]

    async def until(self, expr: str) -> list[Series]:
        """Ask until there is a series."""
        async with asyncio.timeout(PATIENCE):
            while not (found := await self.query(expr)):  # noqa: ASYNC110 - another process' events
                await asyncio.sleep(LOOKS_EVERY)
        return found

    async def without_data(self, queries: Iterable[str], *, numbers: Collection[str] = ()) -> list[str]:
        """Ask until each has a series, those of `numbers` one that is a number; give those that have none."""
        left, ends = list(queries), monotonic() + DATA_WITHIN
        while True:
            left = [query for query in left if not _good(await self.query(query), query in numbers)]
            if not left or monotonic() > ends:
                return left
            await asyncio.sleep(LOOKS_EVERY)

    async def until_none(self, expr: str) -> None:
        """Ask until there is no series any more."""
        async with asyncio.timeout(PATIENCE):
            while await self.query(expr):  # noqa: ASYNC110 - another process' events
                await asyncio.sleep(LOOKS_EVERY)

    async def firing(self) -> set[str]:
        """Give the alerts that fire now."""
        return {one.labels["alertname"] for one in await self.query('ALERTS{alertstate="firing"}')}

    async def fired(self, seconds: float = 3600.0) -> dict[str, str]:
        """Give the alerts that have fired lately, and the severity of each: page before ticket."""
        span = f"{round(seconds * 1000)}ms"
        found = await self.query(f'max_over_time(ALERTS{{alertstate="firing"}}[{span}])')
        labels = sorted((one.labels["alertname"], one.labels["severity"]) for one in found)
        return dict(reversed(labels))

    async def fires(self, *alerts: str) -> dict[str, str]:
        """Wait until all these have fired; give the severity of each."""
        ends = monotonic() + PATIENCE
        while missing := set(alerts) - (told := await self.fired()).keys():
            assert monotonic() < ends, f"{missing} do not fire; these did: {sorted(told)}"
            await asyncio.sleep(LOOKS_EVERY)
        return told

    async def rules(self) -> list[dict[str, Any]]:
        """Give every rule that is loaded, with its health and its last error."""
        answer = await self._http.get("/api/v1/rules")
        return [rule for group in answer.json()["data"]["groups"] for rule in group["rules"]]


@asynccontextmanager
async def prometheus(folder: Path, jobs: Mapping[str, Sequence[str] | Path]) -> AsyncIterator[Prometheus]:
    """Scrape these addresses, by job, or those that a file names, under our own rules, until the end of the
    `with`.
    """
    port = free_port()
    _configured(folder, jobs)
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            "prometheus",
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=warn",
            stdout=log,
            stderr=log,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=PATIENCE) as http:
                await _ready(http, process)
                yield Prometheus(http)
        finally:
            if process.returncode is None:
                process.kill()  # its data are thrown away
            await process.wait()


def _good(found: Sequence[Series], number: bool) -> bool:
    return any(not (number and isnan(one.value)) for one in found)


def _configured(folder: Path, jobs: Mapping[str, Sequence[str] | Path]) -> None:
    folder.mkdir(parents=True)
    (folder / "rules.yml").write_text(rules.as_yaml(rules.groups(PACE)))
    every = {"scrape_interval": SCRAPES_EVERY, "evaluation_interval": SCRAPES_EVERY}
    scraped = [{"job_name": job, **_found(targets)} for job, targets in jobs.items()]
    config = {"global": every, "rule_files": ["rules.yml"], "scrape_configs": scraped}
    (folder / "prometheus.yml").write_text(json.dumps(config))  # YAML reads it too


def _found(targets: Sequence[str] | Path) -> dict[str, object]:
    if isinstance(targets, Path):
        return {"file_sd_configs": [{"files": [str(targets)], "refresh_interval": "1s"}]}
    return {"static_configs": [{"targets": list(targets)}]}


async def _ready(http: httpx.AsyncClient, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(PATIENCE):
        while process.returncode is None:
            try:
                if (await http.get("/-/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(LOOKS_EVERY)
    raise AssertionError("Prometheus ended; its log lies beside its settings")


def panels(instance: str) -> list[tuple[str, str]]:
    """Give each panel of each dashboard, as Grafana reads it, and its query as Grafana would send it."""
    found: list[tuple[str, str]] = []
    for board in BOARDS:
        for panel in json.loads(as_json(board))["panels"]:
            for target in panel.get("targets", ()):
                query = target["expr"].replace("$__rate_interval", "1m").replace("$__range", "5m")
                named = f"{board.name}: {panel['title']}: {target['legendFormat']}"
                found.append((named, query.replace("$instance", instance)))
    return found
