"""What a run came to is put together from all its processes, judged, and told by the exit status."""

import json
from pathlib import Path

import pytest

from load_tests import __main__ as command
from load_tests.asked import read
from load_tests.histogram import Histogram
from load_tests.outcome import Outcome
from load_tests.page import page
from load_tests.sampling import Sample
from load_tests.tally import Record, Second, Tally


def a_second(second: int, joins: list[float], **counts: int) -> Second:
    """One second of a process with these joins."""
    histogram = Histogram()
    for one in joins:
        histogram.record(one)
    return Second(second, {"join": histogram.as_counts()}, counts, {}, here=len(joins))


def a_run(out: Path, *thresholds: str) -> Outcome:
    """A run of two processes and two seconds."""
    record = Record()
    record.add(0, a_second(0, [0.010], signals=2))
    record.add(1, a_second(0, [0.020, 0.030]))
    record.add(0, a_second(1, [0.500], signals=1))
    arguments = ["--scenario", "clinic-day", "--visits", "100", "--out", str(out)]
    asked = read([*arguments, *(f"--threshold={one}" for one in thresholds)])
    samples = [Sample(0, 0.2, 0.1, 100 << 20), Sample(1, 0.4, 0.1, 110 << 20)]
    return Outcome(asked, record, samples, 0.8, 0.1, 90 << 20, 1.5)


def test_figures_are_those_of_all_processes(tmp_path: Path) -> None:
    """Percentiles are of all joins together; processor and memory are the server's."""
    figures = a_run(tmp_path).figures()
    assert figures["join.count"] == 4
    assert figures["join.max"] == pytest.approx(500, rel=0.01)
    assert figures["signals"] == figures["relays_lost"] == 3
    assert figures["cpu.mean"] == pytest.approx(0.4)
    assert figures["cpu.ms_per_visit"] == pytest.approx(8)
    assert (figures["memory.begin"], figures["memory.max"]) == (90, 110)
    assert a_run(tmp_path).most_here == 3


@pytest.mark.parametrize(
    ("threshold", "status"), [("join.p99<=600", command.PASSED), ("join.p99<=400", command.FAILED)]
)
def test_the_exit_status_says_whether_all_thresholds_were_kept(
    threshold: str,
    status: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """So do the last line that is printed, result.json, and the page."""
    outcome = a_run(tmp_path, threshold)
    monkeypatch.setattr("sys.argv", ["load_tests", "--scenario", "clinic-day", "--out", str(tmp_path)])
    monkeypatch.setattr(command, "carry_out", lambda _: outcome)
    assert command.main() == status
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["passed"] == (status == command.PASSED)
    assert json.loads((tmp_path / "result.json").read_text()) == result
    assert (">not met<" in (tmp_path / "report.html").read_text()) == (status == command.FAILED)


def test_a_count_of_what_never_happened_is_zero(tmp_path: Path) -> None:
    """No failure was counted, so there was none."""
    assert {str(one.threshold): one.met for one in a_run(tmp_path).judged}["failed<=0"]


def test_the_page_shows_a_target_without_a_process(tmp_path: Path) -> None:
    """Where nobody knows the server's process there is no plot of it, and the rest stands."""
    whole = a_run(tmp_path)
    bare = Outcome(whole.asked, whole.record, [Sample(0, 0, 0, 0)], 0, 0.1, 0, 1.5)
    assert "memory" in page(whole)
    assert "memory" not in page(bare)
    assert "<svg" in page(bare)


def test_nothing_counts_before_the_run_has_begun_but_what_failed() -> None:
    """People who are gathered beforehand are no load; one who could not come is a failure all the same."""
    tally = Tally()
    tally.took("join", 0.0)
    tally.count("put_off")
    tally.failed("join", "visit_full")
    second = tally.second()
    assert second.took == {}
    assert second.counts == {"failed": 1}
    assert second.reasons == {"join: visit_full": 1}
