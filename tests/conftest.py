"""A test's folder says what it needs: unit, simulation, real parts, or a browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import hypothesis
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from tests.support.memory import memory

TESTS = Path(__file__).parent
KINDS = ("unit", "simulation", "real", "cluster", "browser")
STORY: Final = "tests/cluster/"
LONGEST: Final = (STORY, "tests/real/test_takeover", "tests/real/test_cli", "tests/real/test_proof")
"""What is begun first, so that no worker is left alone with it at the end."""


hypothesis.settings.register_profile(
    "vestibule", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("vestibule")  # a busy machine is no fault


def pytest_configure() -> None:
    """Keep the tests' folders in memory where there is room: what they promise must not hang on a disk that
    others keep busy for seconds.
    """
    if (folder := memory()) is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test with the name of its folder, so that `-m unit` means tests/unit."""
    for item in items:
        kind = item.path.relative_to(TESTS).parts[0]
        if kind not in KINDS:
            raise pytest.UsageError(f"{item.nodeid}: a test lives in one of tests/{{{','.join(KINDS)}}}")
        item.add_marker(kind)
    items.sort(
        key=lambda item: next((at for at, one in enumerate(LONGEST) if one in item.nodeid), len(LONGEST))
    )


class ByFile(LoadFileScheduling):
    """A file's tests share what is costly, so they stay with one worker; and the cluster is one story."""

    def _split_scope(self, nodeid: str) -> str:
        return STORY if STORY in nodeid else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile | None:
    """Hand tests out by file where that is asked for."""
    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say the figures that tests have measured; none is asserted."""
    for report in terminalreporter.stats.get("passed", []):
        for name, figure in report.user_properties:
            if name == "figure":
                terminalreporter.write_line(str(figure))
