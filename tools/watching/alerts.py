"""What wakes somebody beside the service levels: what must never be, and what breaks before people notice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from gateway.metrics.names import PREFIX
from tools.watching.pace import Pace

NODES: Final = 'job="vestibule"'
DIAL_IN: Final = 'job="vestibule-dialin"'
"""The jobs that dashboards/prometheus/prometheus.yml scrapes."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert. In `query` `[<5m>]` is a window, `<10m>` elsewhere its seconds, as the pace has them.

    `lasts`: for how long it must be so; "" at once. `says` is read by who is woken: one sentence; where to
    look is in the runbook.
    """

    name: str
    severity: Literal["page", "ticket", "none"]
    says: str
    query: str
    lasts: str = ""

    def at(self, pace: Pace) -> str:
        """Give the query at a pace."""
        windows = re.sub(r"\[<(\w+)>\]", lambda found: f"[{pace.span(found[1])}]", self.query)
        return re.sub(r"<(\w+)>", lambda found: f"{pace.seconds(found[1]):g}", windows)


def _never(name: str, counter: str, says: str) -> Alert:
    """Page at once when a counter rose that must stay 0; the page stands for an hour."""
    return Alert(name, "page", says, f"sum by (instance) (increase({PREFIX}_{counter}[<1h>])) > 0")


NEVER: Final = (
    _never(
        "VestibuleJoinAfterExpiry",
        "join_after_expiry_total",
        "Somebody got a place in a visit whose time was over.",
    ),
    _never(
        "VestibuleAdmissionBypassed",
        "admission_bypass_total",
        "Somebody is in a call whom only the provider could have let in.",
    ),
    _never("VestibuleTwoOwners", "double_owner_total", "Two nodes believed that a shard was theirs."),
    _never("VestibuleStoreWentBack", "store_went_back_total", "The store forgot what it had acknowledged."),
    _never("VestibulePurgeFailed", "purge_failures_total", "What guests wrote could not be purged."),
    Alert(
        "VestibuleGhosts",
        "page",
        "Somebody is shown as connected who is not there.",
        f"sum by (instance) ({PREFIX}_ghosts) > 0",
        "2m",
    ),
    Alert(
        "VestibulePinFlood",
        "page",
        "PINs are being guessed.",
        f'sum(increase({PREFIX}_pin_attempts_total{{result="wrong"}}[<5m>])) > 50',
        "2m",
    ),
    Alert(
        "VestibulePurgeLate",
        "page",
        "What guests wrote is on disk more than an hour after the visit's end.",
        f"max by (instance) ({PREFIX}_purge_waiting_seconds) > <1h>",
        "5m",
    ),
)

DOWN: Final = (
    Alert(
        "VestibuleStoreAway",
        "page",
        "A node cannot save: talk goes on there, new facts are refused.",
        f"min by (instance) ({PREFIX}_store_available) == 0",
        "1m",
    ),
    Alert(
        "VestibuleNoNode",
        "page",
        "No node answers: nobody can join, and nobody is shown as present.",
        f"(count(up{{{NODES}}} == 1) or vector(0)) == 0",
        "1m",
    ),
    Alert(
        "VestibuleNodeDown",
        "ticket",
        "A node does not answer; the others have its visits.",
        f"up{{{NODES}}} == 0",
        "2m",
    ),
    Alert(
        "VestibuleDialInDown",
        "page",
        "A dial-in process does not answer: its callers hear nothing.",
        f"up{{{DIAL_IN}}} == 0",
        "1m",
    ),
    Alert(
        "VestibuleNoMedia",
        "page",
        "Browsers often find no way to each other: people see each other present, and hear nothing.",
        f"(sum(increase({PREFIX}_ice_failures_total[<30m>])) > 5)"
        f" > 0.2 * sum(increase({PREFIX}_call_setup_seconds_count[<30m>]))",
        "2m",
    ),
)

WEAR: Final = (
    Alert(
        "VestibuleCallsPoor",
        "ticket",
        "Speech is poor in many calls.",
        f'sum(increase({PREFIX}_call_mos_bucket{{le="3.1"}}[<1h>]))'
        f" > 0.1 * (sum(increase({PREFIX}_call_mos_count[<1h>])) > 50)",
        "10m",
    ),
    Alert(
        "VestibuleCallersWait",
        "ticket",
        "So many PINs were guessed at a number today that all its callers wait for their provider.",
        f"sum by (instance) ({PREFIX}_pin_strict_spaces) > 0",
        "2m",
    ),
    Alert(
        "VestibuleOutboxOld",
        "ticket",
        "Mail or text messages wait to be sent for more than ten minutes.",
        f"max by (instance) ({PREFIX}_outbox_age_seconds) > <10m>",
        "5m",
    ),
    Alert(
        "VestibuleLettersFail",
        "ticket",
        "Many letters could not be sent.",
        f'(sum by (via) (increase({PREFIX}_letters_total{{result=~"failed|unknown"}}[<1h>])) > 5)'
        f" > 0.1 * sum by (via) (increase({PREFIX}_letters_total[<1h>]))",
        "5m",
    ),
    Alert(
        "VestibuleCallsFail",
        "ticket",
        "A mistake of ours ended a telephone call.",
        f'sum by (instance) (increase({PREFIX}_hang_ups_total{{reason="failed"}}[<1h>])) > 0',
    ),
    Alert(
        "VestibuleSocketBugs",
        "ticket",
        "A mistake of ours ended a connection.",
        f"sum by (instance) (increase({PREFIX}_socket_failures_total[<1h>])) > 0",
    ),
    Alert(
        "VestibuleClockJumped",
        "ticket",
        "The store's clock jumped by more than a second.",
        f"changes({PREFIX}_clock_skew_seconds[<1h>]) > 0 and abs({PREFIX}_clock_skew_seconds) > 1",
    ),
    Alert(
        "VestibuleLeasesLost",
        "ticket",
        "A node lost its lease again and again.",
        f"sum by (instance) (increase({PREFIX}_lease_lost_total[<30m>])) > 3",
    ),
    Alert(
        "VestibuleLoopLate",
        "ticket",
        "A node is often late by more than a quarter of a second.",
        f"sum by (instance) (increase({PREFIX}_loop_lag_seconds_count[<5m>]))"
        f' - sum by (instance) (increase({PREFIX}_loop_lag_seconds_bucket{{le="0.25"}}[<5m>])) > 5',
        "5m",
    ),
    Alert(
        "VestibuleNodeBusy",
        "ticket",
        "A node uses nearly all of its core.",
        f"rate(process_cpu_seconds_total{{{NODES}}}[<5m>]) > 0.8",
        "10m",
    ),
    Alert(
        "VestibuleFilesRunOut",
        "ticket",
        "A process has nearly as many sockets and files open as it may.",
        'process_open_fds{job=~"vestibule.*"} > 0.8 * process_max_fds',
        "5m",
    ),
    Alert(
        "VestibuleWatchdog",
        "none",
        "This always fires: when it does not arrive, nothing does.",
        "vector(1)",
    ),
)

ALERTS: Final = NEVER + DOWN + WEAR
