"""Service levels: are promises kept, and how much of each budget is left."""

from __future__ import annotations

from typing import Final

from tools.watching.boards.panel import Board, Panel, now, rate
from tools.watching.levels import LEVELS as PROMISES
from tools.watching.levels import OURS

LEVELS: Final = Board(
    "levels",
    "Vestibule: service levels",
    "Whether people get what they were promised, and how much of each budget is left.",
    (
        (
            "Budgets of the last 30 days",
            tuple(
                Panel(
                    level.name.replace("_", " ").capitalize(),
                    f"{level.promise}: {level.percent}. How much of what may go wrong is left; below 0 it is"
                    " spent.",
                    "percentunit",
                    now(
                        f'1 - vestibule:bad:ratio30d{{slo="{level.name}"}}'
                        f' / on () (1 - vestibule:objective:ratio{{slo="{level.name}"}})'
                    ),
                    "share",
                    3,
                )
                for level in PROMISES
            ),
        ),
        (
            "What goes wrong",
            (
                Panel(
                    "Bad events, last hour",
                    "The share of events that were worse than promised.",
                    "percentunit",
                    now("vestibule:bad:ratio1h", "{{slo}}"),
                    wide=12,
                ),
                Panel(
                    "How fast budgets burn",
                    "1 spends a budget in 30 days; pages come from 14.4 in an hour and 6 in six hours.",
                    "none",
                    now("vestibule:bad:ratio1h / on (slo) (1 - vestibule:objective:ratio)", "{{slo}}"),
                    wide=12,
                ),
            ),
        ),
        (
            "Joins",
            (
                Panel(
                    "Joins by result",
                    "Each second; refusals of ours are `try_later`, `busy` and `other`.",
                    "reqps",
                    (
                        (rate("joins_total", "channel", where='result="ok"'), "joined by {{channel}}"),
                        (
                            rate("joins_total", "reason", where=f'result="refused",reason=~"{OURS}"'),
                            "our fault: {{reason}}",
                        ),
                    ),
                    wide=12,
                ),
                Panel(
                    "Refusals that are no fault of ours",
                    "Wrong PINs, expired links, visits that are full: what people met at the door.",
                    "reqps",
                    now(rate("refusals_total", "code", where=f'code!~"{OURS}"'), "{{code}}"),
                    "stack",
                    12,
                ),
            ),
        ),
        (
            "Must stay 0",
            tuple(
                Panel(title, says, "none", now(query), "number", 4)
                for title, says, query in (
                    (
                        "Joins after expiry",
                        "B5",
                        "sum(increase(vestibule_join_after_expiry_total[$__range]))",
                    ),
                    ("Admission bypassed", "D5", "sum(increase(vestibule_admission_bypass_total[$__range]))"),
                    (
                        "Two owners",
                        "One visit, one owner.",
                        "sum(increase(vestibule_double_owner_total[$__range]))",
                    ),
                    ("Ghosts", "Shown as connected, and not there (B2).", "sum(vestibule_ghosts)"),
                    ("Purges failed", "R15", "sum(increase(vestibule_purge_failures_total[$__range]))"),
                    (
                        "Store went back",
                        "Acknowledged, then forgotten.",
                        "sum(increase(vestibule_store_went_back_total[$__range]))",
                    ),
                )
            ),
        ),
    ),
)
