"""A run's report as one HTML file that needs nothing else: what was asked and kept, plots, all figures."""

from collections.abc import Iterator
from html import escape
from importlib.resources import files
from typing import Any, Final

from load_tests.asked import PERCENTILES
from load_tests.outcome import MIB, Outcome
from load_tests.plots import Series, plot
from load_tests.scenarios import SCENARIOS

POINTS: Final = 120
"""Of a line, at most."""
RATES: Final = {
    "people": ("join", "pin", "resume", "back", "put_off", "failed"),
    "guesses": ("guesses",),
    "relays": ("signals", "relay"),
}
"""What is plotted by the second, and what of it together."""
STYLE: Final = (files("load_tests") / "page.css").read_text()


def page(outcome: Outcome) -> str:
    """Write the report."""
    fields = outcome.as_fields()
    asked = outcome.asked
    about = " ".join((SCENARIOS[asked.scenario].__doc__ or "").split())
    verdict = _verdict("passed" if outcome.passed else "failed", outcome.passed)
    machine = fields["machine"]
    return "".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>Load: {escape(asked.scenario)}</title><style>{STYLE}</style></head><body>",
            f"<h1>{escape(asked.scenario)} {verdict}</h1>",
            f"<p>{escape(about)}</p>",
            f"<p>{asked.visits:,} visits of {fields['clinics']} clinics, {asked.minutes:g} minutes, "
            f"{asked.processes} client processes, seed {asked.seed}, against {escape(fields['target'])}. "
            f"{machine['processors']} processors, load average {machine['load_average']}, "
            f"Python {machine['python']}.</p>",
            "<h2>Thresholds</h2>",
            _thresholds(fields),
            '<h2>Over time</h2><div class="plots">',
            *_plots(outcome),
            "</div><h2>Durations, ms, counted from when each was meant to begin</h2>",
            _latencies(fields),
            "<h2>Counts</h2>",
            _table(fields["counts"] | fields["failures"] | fields["server"]),
            f"<p>The clients took {fields['clients_core_share']} of a core. "
            "<code>client_late</code> is how late they were themselves; it is part of every other "
            "duration.</p></body></html>",
        )
    )


def _plots(outcome: Outcome) -> Iterator[str]:
    record = outcome.record
    seconds = max(outcome.record.took_in, default=0) + 1
    width = -(-seconds // POINTS)
    stretches = [range(at, at + width) for at in range(0, seconds, width)]
    main = SCENARIOS[outcome.asked.scenario].measures
    names = sorted(set(record.took) - {"client_late"}, key=lambda what: (what != main, what))
    for what in [*names, "client_late"]:
        found = record.slices(what, stretches)
        lines = [
            Series(
                name,
                [
                    (at.start, histogram.percentile(PERCENTILES[name]) * 1000 if histogram else None)
                    for at, histogram in zip(stretches, found, strict=True)
                ],
            )
            for name in ("p50", "p99", "max")
        ]
        yield plot(what.replace("_", " "), "ms", lines, logarithmic=True)
    for title, whats in RATES.items():
        lines = [_rate(outcome, what, stretches) for what in whats if record.done(what)]
        yield plot(title, "a second", lines)
    yield plot(
        "connections", "open", [Series("open", [(at, record.here(at)) for at in sorted(record.here_in)])]
    )
    if outcome.samples and outcome.samples[-1].resident:
        yield from _server_plots(outcome)


def _server_plots(outcome: Outcome) -> Iterator[str]:
    samples = outcome.samples
    yield plot(
        "processor",
        "share of a core",
        [
            Series("node", [(one.second, one.own) for one in samples]),
            Series("store and bridge", [(one.second, one.below) for one in samples]),
        ],
    )
    yield plot("memory", "MiB", [Series("node", [(one.second, one.resident / MIB) for one in samples])])


def _rate(outcome: Outcome, what: str, stretches: list[range]) -> Series:
    record = outcome.record

    def done(second: int) -> int:
        histogram = record.took_in.get(second, {}).get(what)
        return histogram.total if histogram else record.counts_in.get(second, {}).get(what, 0)

    return Series(what.replace("_", " "), [(at.start, sum(map(done, at)) / len(at)) for at in stretches])


def _thresholds(fields: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{escape(one['threshold'])}</td><td>{_number(one['measured'])}</td>"
        f"<td>{_verdict('met' if one['met'] else 'not met', one['met'])}</td></tr>"
        for one in fields["thresholds"]
    )
    return f"<table><tr><th>threshold</th><th>measured</th><th></th></tr>{rows}</table>"


def _verdict(word: str, good: bool) -> str:
    return f'<span class="verdict {"yes" if good else "no"}">{word}</span>'


def _latencies(fields: dict[str, Any]) -> str:
    names = ("count", *PERCENTILES)
    rows = "".join(
        f"<tr><td>{escape(what)}</td>"
        + "".join(f"<td>{_number(found[name])}</td>" for name in names)
        + "</tr>"
        for what, found in fields["latencies_ms"].items()
    )
    return f"<table><tr><th></th>{''.join(f'<th>{name}</th>' for name in names)}</tr>{rows}</table>"


def _table(figures: dict[str, float]) -> str:
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{_number(value)}</td></tr>" for name, value in figures.items()
    )
    return f"<table>{rows}</table>"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:,.10g}"
