"""A wrong argument is answered with one sentence that says what is right."""

from pathlib import Path

import msgspec
import pytest

from load_tests.__main__ import NO_RUN, main
from load_tests.asked import Asked, WrongArgument, read
from load_tests.clinics import Access, Account
from load_tests.run import Served, shared_out
from load_tests.site import CLINICS

DAY = ("--scenario", "clinic-day")
ACCESS = Access([Account(number, "a@example.test", "p") for number in range(CLINICS)], "key")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "The following arguments are required: --scenario."),
        ((*DAY, "--visits", "10"), "Argument --visits: '10' is no whole number from 64 to 100,000."),
        ((*DAY, "--minutes", "soon"), "Argument --minutes: 'soon' is not minutes from 0.05 to 1,440."),
        ((*DAY, "--processes", "0"), "Argument --processes: '0' is no whole number from 1 to 64."),
        ((*DAY, "--rate", "5"), "--rate means nothing to clinic-day, which repeats nothing."),
        ((*DAY, "--threshold", "fast"), "'fast' is no threshold; one is like join.p99<=500 or failed<=0."),
        (
            (*DAY, "--threshold", "joined.p99<=1"),
            "There is no figure joined.p99; there are failed, cut, put_off, unanswered, too_late, signals, "
            "relays_lost, resumed_replay, resumed_state, caller_in, caller_waiting, guesses, guessed_in, "
            "guessed_to_the_door, cpu.mean, cpu.max, cpu.ms_per_visit, memory.begin, memory.max, and .count, "
            ".p50, .p90, .p99, .p999, .max of join, presence, admitted, lost_shown, resume, back, leave, "
            "complete, ended, dashboard, call, pin, caller_let_in, admit, flood_call, relay, client_late.",
        ),
        ((*DAY, "--target", "here"), "Argument --target: 'here' is not like https://visits.example.org."),
        (
            (*DAY, "--target", "http://127.0.0.1:1"),
            "--target needs --access FILE, which says how to get in; "
            "python -m load_tests.founding writes one.",
        ),
        ((*DAY, "--pid", "1"), "--access and --pid belong to a --target."),
    ],
)
def test_a_slip_is_answered_with_one_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    """It names the argument, what was given, and what could be."""
    with pytest.raises(WrongArgument) as wrong:
        read(arguments)
    assert str(wrong.value) == sentence


def test_an_unknown_scenario_is_answered_with_all_of_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command prints the sentence and nothing else, and ends as a run does that could not be."""
    monkeypatch.setattr("sys.argv", ["load_tests", "--scenario", "monday"])
    assert main() == NO_RUN
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert all(name in said for name in ("clinic-day", "reconnect-herd", "pin-flood", "idle", "signaling"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "is not what python -m load_tests.founding writes"),
        ('{"accounts": []}', "has fewer than 64 clinics"),
    ],
)
def test_an_access_file_that_is_none_is_refused(tmp_path: Path, text: str, why: str) -> None:
    """So is one that is not there."""
    file = tmp_path / "access.json"
    target = (*DAY, "--target", "http://127.0.0.1:1", "--access", str(file))
    with pytest.raises(WrongArgument, match="cannot be read"):
        read(target)
    file.write_text(text)
    with pytest.raises(WrongArgument, match=why):
        read(target)
    file.write_bytes(msgspec.json.encode(ACCESS))
    assert read(target).access == ACCESS


@pytest.mark.parametrize("processes", [1, 3, 64])
def test_every_visit_and_clinic_is_some_processs_own(processes: int) -> None:
    """However many processes there are, each clinic is in one of them, and no visit is forgotten."""
    asked: Asked = read((*DAY, "--visits", "1000", "--processes", str(processes)))
    parts = shared_out(asked, Served("http://127.0.0.1:1", ACCESS, None))
    assert sum(part.visits for part in parts) == 1000
    assert sorted(one.clinic for part in parts for one in part.access.accounts) == list(range(CLINICS))
    assert sum(part.share for part in parts) == pytest.approx(1)
