"""A load is put on a real node by the command that people run; what it reports can be read by all."""

import json
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from pathlib import Path

PATIENT = [
    f"--threshold={figure}<=60000" for figure in ("join.p99", "presence.p99", "lost_shown.p99", "resume.p99")
]
"""A busy machine is no failure of the load's."""


async def load(*arguments: str) -> tuple[int, str, str]:
    """Run it; give the exit status and what was printed on both outputs."""
    process = await create_subprocess_exec(
        *(sys.executable, "-m", "load_tests", *arguments), stdout=PIPE, stderr=PIPE
    )
    printed, said = await process.communicate()
    return process.returncode or 0, printed.decode(), said.decode()


async def test_a_clinics_day_is_run_judged_and_reported(tmp_path: Path) -> None:
    """Everybody comes by link, ticket and telephone, in two client processes, and nobody fails; the last line
    and result.json say the same, and the page with its plots needs nothing but itself.
    """
    day = ("--scenario", "clinic-day", "--visits", "64", "--minutes", "0.1", "--processes", "2")
    status, printed, said = await load(*day, *PATIENT, "--out", str(tmp_path))
    assert status == 0, printed + said
    result = json.loads((tmp_path / "result.json").read_text())
    assert json.loads(printed.splitlines()[-1]) == result
    assert (result["passed"], result["failures"], result["clinics"]) == (True, {}, 64)
    found = result["latencies_ms"]
    assert found["complete"]["count"] == 64
    assert found["join"]["count"] + found["pin"]["count"] == found["presence"]["count"] > 128
    assert result["server"]["cpu.mean"] > 0
    report = (tmp_path / "report.html").read_text()
    assert report.count("<svg") >= 8
    assert not any(one in report for one in ("://", "<script", "<link", "url("))
