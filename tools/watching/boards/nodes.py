"""Nodes and the store."""

from __future__ import annotations

from typing import Final

from tools.watching.alerts import NODES as OURS
from tools.watching.boards.panel import Board, Panel, now, quantiles, rate

NODES: Final = Board(
    "nodes",
    "Vestibule: nodes and store",
    "Which nodes there are, what each carries, who has which shards, and how the store does.",
    (
        (
            "Nodes",
            (
                Panel("Answering", "", "none", now(f"up{{{OURS}}}", "{{instance}}"), "state", 6),
                Panel(
                    "Can save",
                    "Its lease stands and the store answers.",
                    "none",
                    now("vestibule_store_available", "{{instance}}"),
                    "state",
                    6,
                ),
                Panel("Being drained", "", "none", now("vestibule_draining", "{{instance}}"), "state", 6),
                Panel(
                    "Releases",
                    "",
                    "none",
                    now("count by (version) (vestibule_node_info)", "{{version}}"),
                    "number",
                    6,
                ),
            ),
        ),
        (
            "Load",
            (
                Panel("Visits", "", "none", now("vestibule_visits_live", "{{instance}}"), "stack"),
                Panel("Sockets", "", "none", now("vestibule_sockets", "{{instance}}"), "stack"),
                Panel(
                    "Processor",
                    "1 is a whole core, and all that a node can use.",
                    "percentunit",
                    now(f"rate(process_cpu_seconds_total{{{OURS}}}[$__rate_interval])", "{{instance}}"),
                ),
                Panel("Memory", "", "bytes", now(f"process_resident_memory_bytes{{{OURS}}}", "{{instance}}")),
                Panel(
                    "Messages",
                    "Frames in and out.",
                    "pps",
                    now(rate("messages_total", "instance", "kind"), "{{instance}} {{kind}}"),
                ),
                Panel(
                    "How late the loop is",
                    "Everybody at a node waits for what one turn takes.",
                    "s",
                    quantiles("loop_lag_seconds", by="instance"),
                ),
            ),
        ),
        (
            "Who has what",
            (
                Panel(
                    "Shards", "1,024 in all.", "none", now("vestibule_shards_owned", "{{instance}}"), "stack"
                ),
                Panel(
                    "Shards claimed",
                    "By why they could be.",
                    "reqps",
                    now(rate("claims_total", "reason"), "{{reason}}"),
                ),
                Panel(
                    "Takeovers",
                    "From noticing that a node is gone to serving its shards.",
                    "s",
                    quantiles("takeover_seconds"),
                ),
                Panel(
                    "Lease: since its renewal",
                    "It lapses after 3 s.",
                    "s",
                    now("vestibule_lease_age_seconds", "{{instance}}"),
                ),
                Panel(
                    "Leases lost",
                    "",
                    "none",
                    now("increase(vestibule_lease_lost_total[$__rate_interval])", "{{instance}}"),
                ),
                Panel(
                    "Requests for another node",
                    "",
                    "reqps",
                    now(rate("forwarded_total", "result"), "{{result}}"),
                ),
            ),
        ),
        (
            "Store",
            (
                Panel("Round trips", "", "s", quantiles("store_seconds", by="op")),
                Panel(
                    "Round trips that failed",
                    "`away`: never sent; `lost`: no answer; `refused`: not done.",
                    "reqps",
                    now(rate("store_errors_total", "kind"), "{{kind}}"),
                ),
                Panel("Group commits", "", "s", quantiles("save_seconds")),
                Panel(
                    "Visits in one commit",
                    "",
                    "none",
                    (
                        (
                            f"{rate('save_batch_sum')} / {rate('save_batch_count')}",
                            "on average",
                        ),
                    ),
                ),
                Panel(
                    "Saves",
                    "By what became of them.",
                    "reqps",
                    now(rate("saves_total", "result"), "{{result}}"),
                    "stack",
                ),
                Panel("Saves that wait", "", "none", now("vestibule_queue_depth", "{{instance}}")),
            ),
        ),
        (
            "What guests wrote",
            (
                Panel(
                    "In memory",
                    "Names, labels, addresses of visits that are not over.",
                    "none",
                    now("sum(vestibule_guest_fields_live)"),
                    "number",
                ),
                Panel(
                    "Waiting to leave the disk",
                    "An hour at most (R15).",
                    "s",
                    now("vestibule_purge_waiting_seconds", "{{instance}}"),
                ),
                Panel("From a visit's end to being gone", "", "s", quantiles("purge_lag_seconds")),
            ),
        ),
    ),
)
