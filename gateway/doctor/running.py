"""What the doctor asks the node that should run here, over HTTP: is it ready, and what has it counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import httpx
from prometheus_client.parser import text_string_to_metric_families

from gateway.doctor.finding import Finding, note, ok, problem
from gateway.metrics.names import PREFIX
from gateway.settings import Settings

ASK_SECONDS: Final = 3.0
OK: Final = 200
OUTBOX_SECONDS: Final = 600.0
"""A letter that is older waits for something."""
PURGE_SECONDS: Final = 3_600.0
"""What is purged has left the disk within the hour (R15)."""
SKEW_SECONDS: Final = 2.0

NEVER: Final = {
    "join_after_expiry_total": ("somebody came in after expiry", "VestibuleJoinAfterExpiry"),
    "double_owner_total": ("a visit had two owners", "VestibuleTwoOwners"),
    "admission_bypass_total": ("somebody came in without being let in", "VestibuleAdmissionBypassed"),
    "ghosts": ("people are shown who are not there", "VestibuleGhosts"),
    "purge_failures_total": ("guests' data could not be removed", "VestibulePurgeFailed"),
}
"""What must stay 0: what it means, and its runbook."""


async def running(settings: Settings, url: str) -> list[Finding]:
    """Ask the node at `url`, or where the settings say that one serves."""
    async with httpx.AsyncClient(trust_env=False, timeout=ASK_SECONDS, verify=not _own(url)) as http:
        here = url or _served(settings)
        ready = await _get(http, f"{here}/readyz")
        if ready is None:
            text = f"nothing answers at {here}."
            if url:
                return [problem("serving", text, "Start the node, or name another address.")]
            return [note("serving", text, "Start the node: vestibule start.")]
        found = [_ready(here, ready)]
        pages = [await _get(http, f"{one}/metrics") for one in _operators(settings, here, named=bool(url))]
        page = next((one for one in pages if one is not None and one.status_code == OK), None)
        if page is None:
            return [
                *found,
                note("metrics", "they cannot be read from here.", "Ask on the node's own machine."),
            ]
        return [*found, *_counted(_figures(page.text))]


def _own(url: str) -> bool:
    """Whether it is this machine that is asked, whose certificate is made out to another name."""
    return not url


def _served(settings: Settings) -> str:
    bind = settings.server.bind
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(bind, f"[{bind}]" if ":" in bind else bind)
    scheme = "https" if settings.server.tls_cert is not None else "http"
    return f"{scheme}://{host}:{settings.server.port}"


def _operators(settings: Settings, here: str, *, named: bool) -> list[str]:
    """List where metrics may be: at the operator's door, or for a demo where people are served."""
    if named or settings.admin is None:
        return [here]
    host, port = settings.admin
    return [f"http://{f'[{host}]' if ':' in host else host}:{port}", here]


async def _get(http: httpx.AsyncClient, url: str) -> httpx.Response | None:
    try:
        return await http.get(url)
    except (httpx.HTTPError, httpx.InvalidURL):
        return None


def _ready(here: str, answer: httpx.Response) -> Finding:
    if answer.status_code == OK:
        return ok("serving", f"the node at {here} is ready")
    return problem(
        "serving",
        f"the node at {here} sends new people away: it is stopping, or cannot save.",
        "Look at what is said of the store; if it is well, see the node's log.",
    )


def _figures(page: str) -> dict[str, float]:
    """Read a page of metrics: each name's samples added up."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            found[sample.name] = found.get(sample.name, 0.0) + sample.value
    return {name.removeprefix(f"{PREFIX}_"): value for name, value in found.items()}


def _counted(figures: Mapping[str, float]) -> Iterator[Finding]:
    bad = [name for name in NEVER if figures.get(name)]
    for name in bad:
        means, runbook = NEVER[name]
        yield problem("promises", f"{means} ({figures[name]:.0f}).", f"See dashboards/runbooks/{runbook}.md.")
    if not bad:
        yield ok("promises", "what must never happen has not happened since the node's start")
    yield _outbox(figures)
    if (age := figures.get("purge_waiting_seconds", 0.0)) > PURGE_SECONDS:
        yield problem(
            "purge",
            f"text that was purged {age / 60:.0f} minutes ago is still on the disk.",
            "See dashboards/runbooks/VestibulePurgeLate.md.",
        )
    if abs(skew := figures.get("clock_skew_seconds", 0.0)) > SKEW_SECONDS:
        yield note("clock", f"the store's clock jumped by {skew:.0f} s.", "Let NTP set it, slowly.")


def _outbox(figures: Mapping[str, float]) -> Finding:
    waiting, age = figures.get("letters_pending", 0.0), figures.get("outbox_age_seconds", 0.0)
    if age > OUTBOX_SECONDS:
        return problem(
            "outbox",
            f"{waiting:.0f} letters wait, the oldest since {age / 60:.0f} minutes.",
            "See dashboards/runbooks/VestibuleOutboxOld.md.",
        )
    return ok("outbox", f"{waiting:.0f} letters are planned or waiting")
