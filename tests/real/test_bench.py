"""The benchmark measures both servers with the same crowd, and says all that it promises."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from load_tests import report
from load_tests.baselines import RoomsSite, node_rooms, rooms
from load_tests.bench import of_visits
from load_tests.bench_echo import EchoResult
from load_tests.crowd import Board
from load_tests.node_site import node
from load_tests.rounds import Scale
from load_tests.visitor import Hangup, connect, hang_up

TINY = Scale(rounds=1, visits=8, relays=600, batch=4, delays=3, echo_rounds=1, echo_seconds=0.1)
ECHO = EchoResult(
    echo_ratio=3.0,
    connect_ratio=3.0,
    echoes_per_cpu_second=60_000.0,
    websockets_echoes_per_cpu_second=20_000.0,
    bytes_per_connection=1_400.0,
    websockets_bytes_per_connection=14_000.0,
)


async def test_a_small_run_gives_every_figure() -> None:
    """Visits are made, joined, relayed in, lost and ended at both servers; one line says what was found."""
    with rooms() as plain, node_rooms() as node_ws, node() as server:
        result = await of_visits(plain, node_ws, server, ECHO, 1.0, TINY)
    figures = json.loads(report.as_json(result))
    for name in (
        *("echo_ratio", "relay_ratio", "join_ratio", "join_presence_p50_over_save"),
        *("connect_ratio", "relay_vs_node_ws", "join_vs_node_ws", "presence_p99_over_node_ws"),
    ):
        assert figures[name] > 0
    assert {"bytes_per_connection", "bytes_per_visit", "rounds", "spread", "versions"} <= figures.keys()
    assert figures["goals"]["join_ratio"] == (figures["join_ratio"] >= 1)
    for loss in ("reset", "silent"):
        assert figures["loss_to_dashboard_ms"][loss]["p99"] > 0
    assert figures["join_store_share"] > 0  # the store's process was counted
    table = "\n".join(report.lines(result))
    assert "join by link (ours saves it)" in table
    assert table.count("ask with --curve") == 3


@pytest.mark.parametrize("baseline", [rooms, node_rooms])
async def test_the_plain_servers_do_what_a_visit_does(
    baseline: Callable[[], AbstractContextManager[RoomsSite]],
) -> None:
    """They refuse a wrong PIN and an unknown link, let a right PIN in, and show who is there."""
    with baseline() as plain:
        desk, caller, stranger, board = visitors = await connect(plain.dialect, plain.port, 4)
        await board.ask("watch", id=1, clinic="c")
        shown = Board([board])
        room = await desk.ask("create", id=None, clinic="c", patient="Rosa")
        wrong = "0" * 10 if room["pin"] != "0" * 10 else "1" * 10
        with pytest.raises(Hangup, match="pin_wrong"):
            await caller.ask("digits", id=1, digits=wrong)
        with pytest.raises(Hangup, match="link_unknown"):
            await stranger.ask("hello.link", id=1, token="guessed", name="Eve")
        ready = await caller.ask("digits", id=2, digits=room["pin"])
        assert ready["inside"]["visit"]["patient"] == "Rosa"
        await stranger.ask("hello.link", id=2, token=room["tokens"]["guest"], name="Mei")
        await shown.shows([(room["visit"], "phone"), (room["visit"], "guest")], "joined")
        await hang_up(visitors)
