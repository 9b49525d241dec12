"""One node."""

from __future__ import annotations

from typing import Final

from tools.watching.boards.panel import Board, Panel, now, quantiles

_AT: Final = 'instance="$instance"'

NODE: Final = Board(
    "node",
    "Vestibule: one node",
    "Everything about the node that is chosen above.",
    (
        (
            "Now",
            (
                Panel(
                    "Node and release",
                    "",
                    "none",
                    now(f"vestibule_node_info{{{_AT}}}", "{{node}} {{version}}"),
                    "number",
                    6,
                ),
                Panel("Up for", "", "s", now(f"time() - process_start_time_seconds{{{_AT}}}"), "number", 6),
                Panel("Visits", "", "none", now(f"vestibule_visits_live{{{_AT}}}"), "number", 4),
                Panel("Shards", "", "none", now(f"vestibule_shards_owned{{{_AT}}}"), "number", 4),
                Panel("Nodes it knows", "", "none", now(f"vestibule_nodes{{{_AT}}}"), "number", 4),
            ),
        ),
        (
            "Process",
            (
                Panel(
                    "Processor",
                    "",
                    "percentunit",
                    now(f"rate(process_cpu_seconds_total{{{_AT}}}[$__rate_interval])", "of a core"),
                ),
                Panel("Memory", "", "bytes", now(f"process_resident_memory_bytes{{{_AT}}}", "resident")),
                Panel(
                    "Files and sockets",
                    "",
                    "none",
                    ((f"process_open_fds{{{_AT}}}", "open"), (f"process_max_fds{{{_AT}}}", "at most")),
                ),
                Panel("How late the loop is", "", "s", quantiles("loop_lag_seconds", _AT)),
                Panel("One command, decided", "", "s", quantiles("handle_seconds", _AT)),
                Panel(
                    "Still to be given away",
                    "While it is drained.",
                    "none",
                    now(f"vestibule_drain_remaining{{{_AT}}}", "shards"),
                ),
            ),
        ),
        (
            "Sockets",
            (
                Panel("Open", "", "none", now(f"vestibule_sockets{{{_AT}}}", "sockets")),
                Panel(
                    "Opened, and refused",
                    "",
                    "reqps",
                    (
                        (f"rate(vestibule_sockets_opened_total{{{_AT}}}[$__rate_interval])", "opened"),
                        (
                            f"rate(vestibule_handshakes_refused_total{{{_AT}}}[$__rate_interval])",
                            "refused: {{status}}",
                        ),
                    ),
                ),
                Panel(
                    "Messages",
                    "",
                    "pps",
                    now(f"rate(vestibule_messages_total{{{_AT}}}[$__rate_interval])", "{{kind}}"),
                ),
                Panel(
                    "Bytes",
                    "",
                    "Bps",
                    now(f"rate(vestibule_socket_bytes_total{{{_AT}}}[$__rate_interval])", "{{kind}}"),
                ),
                Panel(
                    "Bytes that wait for slow clients",
                    "",
                    "bytes",
                    now(f"vestibule_buffered_bytes{{{_AT}}}", "buffered"),
                ),
                Panel(
                    "Cut",
                    "",
                    "reqps",
                    now(f"rate(vestibule_cut_total{{{_AT}}}[$__rate_interval])", "{{reason}}"),
                ),
            ),
        ),
        (
            "Store",
            (
                Panel("Round trips", "", "s", quantiles("store_seconds", _AT, "op")),
                Panel(
                    "Round trips that failed",
                    "",
                    "reqps",
                    now(f"rate(vestibule_store_errors_total{{{_AT}}}[$__rate_interval])", "{{kind}}"),
                ),
                Panel(
                    "Clock: last jump of the store's",
                    "",
                    "s",
                    now(f"vestibule_clock_skew_seconds{{{_AT}}}", "skew"),
                ),
            ),
        ),
    ),
    one_node=True,
)
