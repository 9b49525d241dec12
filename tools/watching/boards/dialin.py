"""Telephones: calls, PINs, sound."""

from __future__ import annotations

from typing import Final

from tools.watching.alerts import DIAL_IN as OURS
from tools.watching.boards.panel import Board, Panel, now, quantiles, rate

DIAL_IN: Final = Board(
    "dialin",
    "Vestibule: dial-in",
    "Telephones: calls, PINs, sound, and how near guessing has come to its bound.",
    (
        (
            "Calls",
            (
                Panel(
                    "Calls by stage",
                    "",
                    "none",
                    now("sum by (stage) (vestibule_legs)", "{{stage}}"),
                    "stack",
                ),
                Panel(
                    "Calls taken and not taken",
                    "",
                    "reqps",
                    (
                        (rate("calls_total", "origin"), "taken: {{origin}}"),
                        (rate("calls_refused_total", "origin"), "one too many: {{origin}}"),
                        (rate("telephony_turned_away_total", "why"), "turned away: {{why}}"),
                    ),
                ),
                Panel(
                    "How calls ended",
                    "",
                    "reqps",
                    now(rate("hang_ups_total", "reason"), "{{reason}}"),
                    "stack",
                ),
                Panel("From ringing to the first answer", "", "s", quantiles("leg_setup_seconds")),
                Panel(
                    "From the question to the right PIN",
                    "Most of it is typing.",
                    "s",
                    quantiles("pin_entry_seconds"),
                ),
                Panel(
                    "From the right PIN to the seat",
                    "At the node.",
                    "s",
                    quantiles("join_seconds", 'channel="phone"'),
                ),
            ),
        ),
        (
            "PINs",
            (
                Panel(
                    "PINs typed",
                    "",
                    "reqps",
                    now(rate("pin_attempts_total", "result"), "{{result}}"),
                    "stack",
                    12,
                ),
                Panel(
                    "Chance that guessing got anybody in today",
                    "At most 1e-6, by construction.",
                    "none",
                    now("max(vestibule_pin_guess_bound_per_day)"),
                    "number",
                    4,
                ),
                Panel(
                    "Numbers whose callers all wait",
                    "",
                    "none",
                    now("sum(vestibule_pin_strict_spaces)"),
                    "number",
                    4,
                ),
                Panel(
                    "Callers who wait for their guesses",
                    "",
                    "none",
                    now("sum(vestibule_pin_strict_callers)"),
                    "number",
                    4,
                ),
            ),
        ),
        (
            "Sound",
            (
                Panel(
                    "Telephones on the bridge",
                    "",
                    "none",
                    now("sum by (instance) (vestibule_bridge_telephones)", "{{instance}}"),
                ),
                Panel(
                    "Processor of the bridge",
                    "1 is a whole core.",
                    "percentunit",
                    now(
                        "sum by (instance) (rate(vestibule_bridge_cpu_seconds_total[$__rate_interval]))",
                        "{{instance}}",
                    ),
                ),
                Panel(
                    "RTP packets lost",
                    "Of calls by SIP that have ended.",
                    "percentunit",
                    quantiles("rtp_lost_ratio"),
                ),
                Panel("RTP jitter", "Of calls by SIP that have ended.", "s", quantiles("rtp_jitter_seconds")),
                Panel(
                    "Processor of dial-in",
                    "1 is a whole core.",
                    "percentunit",
                    now(f"rate(process_cpu_seconds_total{{{OURS}}}[$__rate_interval])", "{{instance}}"),
                ),
                Panel(
                    "Prompts played", "", "reqps", now(rate("prompts_played_total", "prompt"), "{{prompt}}")
                ),
            ),
        ),
    ),
)
