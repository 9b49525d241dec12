"""What a run is asked for on the command line; a wrong argument is answered with one sentence."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import strftime
from typing import Final, NoReturn
from urllib.parse import urlsplit

import msgspec

from load_tests.clinics import Access
from load_tests.scenarios import SCENARIOS
from load_tests.site import CLINICS
from load_tests.tally import COUNTS, DURATIONS
from load_tests.thresholds import NotAThreshold, Threshold, chosen

VISITS_AT_MOST: Final = 100_000
PROCESSES_AT_MOST: Final = CLINICS
PERCENTILES: Final = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p999": 99.9, "max": 100.0}
OF_THE_SERVER: Final = ("cpu.mean", "cpu.max", "cpu.ms_per_visit", "memory.begin", "memory.max")
"""Shares of a core, and MiB; where the server's process is known."""


class WrongArgument(Exception):
    """The run that is asked for cannot be; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One run."""

    scenario: str
    visits: int
    minutes: float
    processes: int
    rate: float
    seed: int
    thresholds: list[Threshold]
    out: Path
    target: str = ""
    """Where the deployment is; "" starts a node for the run."""
    access: Access | None = None
    """How to get into the target."""
    pid: int = 0
    """The target's process, when it runs on this machine: its CPU time and memory are measured."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise WrongArgument(f"{message[:1].upper()}{message[1:]}.")


def read(arguments: Sequence[str]) -> Asked:
    """Read the command line. Raises WrongArgument; `--help` prints and exits."""
    given = _parser().parse_args(arguments)
    kind = SCENARIOS[given.scenario]
    try:
        thresholds = chosen(kind.thresholds, given.threshold)
        _known(thresholds)
    except NotAThreshold as wrong:
        raise WrongArgument(str(wrong)) from None
    if given.rate and not kind.rate:
        raise WrongArgument(f"--rate means nothing to {given.scenario}, which repeats nothing.")
    if given.target and not given.access:
        raise WrongArgument(
            "--target needs --access FILE, which says how to get in; "
            "python -m load_tests.founding writes one."
        )
    if not given.target and (given.access or given.pid):
        raise WrongArgument("--access and --pid belong to a --target.")
    default = Path(".load") / f"{given.scenario}-{strftime('%Y%m%d-%H%M%S')}"
    return Asked(
        scenario=given.scenario,
        visits=given.visits,
        minutes=given.minutes,
        processes=given.processes,
        rate=given.rate,
        seed=given.seed,
        thresholds=thresholds,
        out=given.out or default,
        target=given.target or "",
        access=_access(given.access) if given.access else None,
        pid=given.pid,
    )


def _parser() -> _Parser:
    kinds = "\n".join(f"  {name:16} {_first(kind.__doc__)}" for name, kind in SCENARIOS.items())
    parser = _Parser(
        prog="python -m load_tests",
        description=f"Put a load on a node and judge how it bears it. Kinds of load:\n{kinds}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--scenario", choices=SCENARIOS, required=True)
    parser.add_argument("--visits", type=_whole(CLINICS, VISITS_AT_MOST), default=256)
    parser.add_argument("--minutes", type=_minutes, default=1.0)
    parser.add_argument("--processes", type=_whole(1, PROCESSES_AT_MOST), default=1, help="of clients")
    parser.add_argument("--target", type=_url, metavar="URL", help="instead of a node of our own")
    parser.add_argument("--access", type=Path, metavar="FILE", help="how to get into the target")
    parser.add_argument("--pid", type=_whole(1, 1 << 22), default=0, help="of a target on this machine")
    parser.add_argument(
        "--rate", type=_rate, default=0.0, help="a second, of what a signaling or pin-flood run repeats"
    )
    parser.add_argument(
        "--threshold", action="append", default=[], metavar="FIGURE<=NUMBER", help="like join.p99<=500"
    )
    parser.add_argument("--seed", type=_whole(0, 1 << 32), default=1, help="of who comes when")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="for result.json and report.html")
    return parser


def _first(docstring: str | None) -> str:
    return " ".join((docstring or "").partition("\n\n")[0].split())


class _whole:  # noqa: N801 - argparse says its name
    """A whole number within bounds."""

    def __init__(self, least: int, most: int) -> None:
        self._least, self._most = least, most

    def __call__(self, text: str) -> int:
        if not text.isascii() or not text.isdigit() or not self._least <= int(text) <= self._most:
            raise argparse.ArgumentTypeError(
                f"{text!r} is no whole number from {self._least} to {self._most:,}"
            )
        return int(text)


def _minutes(text: str) -> float:
    return _number(text, 0.05, 24 * 60, "minutes")


def _rate(text: str) -> float:
    return _number(text, 0.01, 1_000_000, "a rate")


def _number(text: str, least: float, most: float, what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not {what} from {least:g} to {most:,.0f}")
    return value


def _url(text: str) -> str:
    parts = urlsplit(text)
    try:
        whole = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        whole = False
    if not whole or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise argparse.ArgumentTypeError(f"{text!r} is not like https://visits.example.org")
    return text.rstrip("/")


def _known(thresholds: Sequence[Threshold]) -> None:
    """Refuse a figure that there is not: nothing would ever break it. Raises WrongArgument."""
    for one in thresholds:
        name, dot, part = one.figure.partition(".")
        if (one.figure in COUNTS) or (one.figure in OF_THE_SERVER):
            continue
        if not dot or name not in DURATIONS or part not in ("count", *PERCENTILES):
            raise WrongArgument(
                f"There is no figure {one.figure}; there are {', '.join((*COUNTS, *OF_THE_SERVER))}, and "
                f".count, {', '.join(f'.{each}' for each in PERCENTILES)} of {', '.join(DURATIONS)}."
            )


def _access(file: Path) -> Access:
    try:
        access = msgspec.json.decode(file.read_bytes(), type=Access)
    except OSError as error:
        raise WrongArgument(f"{file} cannot be read: {error.strerror}.") from None
    except msgspec.DecodeError as error:
        raise WrongArgument(f"{file} is not what python -m load_tests.founding writes: {error}.") from None
    if len({one.clinic for one in access.accounts}) < CLINICS:
        raise WrongArgument(f"{file} has fewer than {CLINICS} clinics; a load needs as many.")
    return access
