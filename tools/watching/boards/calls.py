"""Calls: who is there, who waits, who drops out, how it sounds; letters."""

from __future__ import annotations

from typing import Final

from tools.watching.boards.panel import Board, Panel, now, quantiles, rate

CALLS: Final = Board(
    "calls",
    "Vestibule: calls",
    "Who is there, who waits, who drops out and comes back, and how calls sound.",
    (
        (
            "Now",
            (
                Panel(
                    "In the call", "Seats.", "none", now('sum(vestibule_seats{standing="in"})'), "number", 4
                ),
                Panel("Waiting", "For the provider.", "none", now("sum(vestibule_waiting)"), "number", 4),
                Panel(
                    "Visits in progress",
                    "",
                    "none",
                    now('sum(vestibule_visits{state="in_progress"})'),
                    "number",
                    4,
                ),
                Panel(
                    "Dashboards and pages",
                    "Open sockets.",
                    "none",
                    now("sum(vestibule_sockets)"),
                    "number",
                    4,
                ),
                Panel(
                    "Letters that wait",
                    "Mail and text messages yet to be sent.",
                    "none",
                    now("sum(vestibule_letters_pending)"),
                    "number",
                    4,
                ),
                Panel(
                    "Oldest letter overdue", "", "s", now("max(vestibule_outbox_age_seconds)"), "number", 4
                ),
            ),
        ),
        (
            "Coming and going",
            (
                Panel(
                    "Who is there",
                    "Seats by where they stand.",
                    "none",
                    now("sum by (standing, channel) (vestibule_seats)", "{{standing}}, {{channel}}"),
                    "stack",
                ),
                Panel(
                    "Let in or not",
                    "Of those who waited; `left` gave up.",
                    "reqps",
                    now(rate("admissions_total", "decision"), "{{decision}}"),
                ),
                Panel("How long they waited", "Who was let in.", "s", quantiles("admission_wait_seconds")),
                Panel(
                    "From hello to ready",
                    "At the server, by kind.",
                    "s",
                    quantiles("hello_seconds", by="kind"),
                ),
                Panel(
                    "Presence on the dashboard",
                    "From a change to all who see it.",
                    "s",
                    quantiles("presence_staleness_seconds"),
                ),
                Panel(
                    "Visits that came into a state",
                    "",
                    "reqps",
                    now(rate("visit_transitions_total", "to"), "{{to}}"),
                ),
            ),
        ),
        (
            "Dropping out",
            (
                Panel(
                    "Browsers that came back",
                    "By what they were away for.",
                    "reqps",
                    now(rate("reconnects_total", "reason"), "{{reason}}"),
                ),
                Panel(
                    "How seats were resumed",
                    "`state`: a whole state instead of what was missed.",
                    "reqps",
                    (
                        (rate("resumes_total", "result"), "{{result}}"),
                        (rate("replay_gaps_total", "reason"), "gap: {{reason}}"),
                    ),
                ),
                Panel("How long they were away", "", "s", quantiles("resume_seconds")),
                Panel(
                    "Silence until it is shown",
                    "From the last sign of life; 8 s at most.",
                    "s",
                    quantiles("loss_noticed_seconds"),
                ),
                Panel(
                    "Connections cut by us",
                    "`slow`: who does not read; `silent`: who is gone.",
                    "reqps",
                    now(rate("cut_total", "reason"), "{{reason}}"),
                ),
                Panel(
                    "Put off, and turned away",
                    "Very many connect at once, or a store is away.",
                    "reqps",
                    (
                        (rate("hellos_put_off_total"), "come again later"),
                        (rate("refusals_total", "code", where='code="try_later"'), "{{code}}"),
                    ),
                ),
            ),
        ),
        (
            "How calls sound, as browsers report it",
            (
                Panel(
                    "Speech quality (MOS)",
                    "Estimated; below 3.1 many are dissatisfied.",
                    "none",
                    quantiles("call_mos", parts=((0.5, "half above"), (0.05, "95 % above"))),
                ),
                Panel("Packets lost", "", "percentunit", quantiles("call_loss_ratio")),
                Panel("There and back", "", "s", quantiles("call_rtt_seconds")),
                Panel("Jitter", "", "s", quantiles("call_jitter_seconds")),
                Panel(
                    "Until media flows",
                    "From the beginning of a connection between two browsers.",
                    "s",
                    quantiles("call_setup_seconds"),
                ),
                Panel(
                    "Connections that ICE gave up",
                    "A relay that does not answer shows here first.",
                    "reqps",
                    now(rate("ice_failures_total"), "given up"),
                ),
            ),
        ),
        (
            "Letters",
            (
                Panel(
                    "Letters by what became of them",
                    "",
                    "reqps",
                    now(rate("letters_total", "via", "result"), "{{via}}: {{result}}"),
                    "stack",
                ),
                Panel("Handing one over", "", "s", quantiles("invitation_send_seconds", by="via")),
                Panel("Reminders: how late", "", "s", quantiles("reminder_lag_seconds")),
            ),
        ),
    ),
)
