"""`python -m load_tests.bench [--quick] [--curve]`: measure the node against plain servers run beside it.

The plain servers are what one writes with `websockets`' asyncio server: an echo, and a room server that keeps
everything in memory (rooms_baseline.py); and the same room server for Node.js and `ws` (rooms_baseline.cjs).
All are run in the same minutes, in turns, with the same crowd: 64 clinics, each with a dashboard open; visits
of three, the provider first; the patient and a guest join by link, 64 at a time; relays of one ICE candidate
go round in each visit. Our server saves every join, synced to the disk, before it answers; the others save
nothing. The unit is work per CPU-second of the whole process tree, the store's process included. With
`--curve` it is also measured what a join and a relay cost while 20,000 visits live (curve.py). The last line
printed is one JSON object.
"""

import argparse
import sys
from dataclasses import replace

import uvloop

from load_tests import bench_echo, curve, report
from load_tests.bare_save import BareSave
from load_tests.baselines import RoomsSite, node_rooms, rooms
from load_tests.bench_echo import EchoResult
from load_tests.crowd import Board, Crowd
from load_tests.delays import idle_joins
from load_tests.node_site import NodeServer, NodeSite, node
from load_tests.report import Result, Side
from load_tests.rounds import FULL, QUICK, Scale, bytes_per_visit, delays, in_turns
from load_tests.site import Site
from load_tests.start import seconds_to_start


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds, within a minute or two")
    parser.add_argument("--curve", action="store_true", help="the cost curve up to 20,000 visits too")
    asked = parser.parse_args()
    result = measured(QUICK if asked.quick else FULL, with_curve=asked.curve)
    print("\n".join(report.lines(result)))
    print(report.as_json(result), flush=True)


def measured(scale: Scale, *, with_curve: bool) -> Result:
    """Run everything, and say on stderr how far it is."""
    _say("start")
    start = seconds_to_start()
    _say("echo")
    echo = bench_echo.run(scale.echo_rounds, scale.echo_seconds)
    with rooms() as plain, node_rooms() as node_ws, node() as server:
        of_rooms = uvloop.run(of_visits(plain, node_ws, server, echo, start, scale))
    return of_rooms if not with_curve else _with_curve(of_rooms)


def _with_curve(result: Result) -> Result:
    with node() as small, node() as filled:
        return replace(result, curve=uvloop.run(curve.measured(small, filled, _say)))


async def of_visits(
    plain: RoomsSite, node_ws: RoomsSite, server: NodeServer, echo: EchoResult, start: float, scale: Scale
) -> Result:
    """Measure everything that is about visits, at servers that are fresh."""
    ours = await NodeSite.signed_in(server)
    sites: tuple[Site, ...] = (ours, plain, node_ws)
    boards = [Board(await site.dashboards()) for site in sites]
    at = list(zip(sites, boards, strict=True))
    _say("memory")
    sizes = [await bytes_per_visit(site, board, scale) for site, board in at]
    _say("delays")
    with BareSave(server.data_dir) as bare:
        found = await delays(ours, boards[0], scale, bare)
    idle = [found.idle.joins]
    for site, board in at[1:]:
        crowd = await Crowd.gathered(site, board, scale.delays)
        idle.append((await idle_joins(crowd, None)).joins)
    _say(f"{scale.rounds} rounds")
    rounds = await in_turns(at, scale)
    for board in boards:
        await board.close()
    sides = [Side(*each) for each in zip(rounds, sizes, idle, strict=True)]
    return Result(
        scale=scale,
        echo=echo,
        ours=sides[0],
        plain=sides[1],
        node_ws=sides[2],
        delays=found,
        start_seconds=start,
        curve=None,
    )


def _say(what: str) -> None:
    print(f"measuring: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
