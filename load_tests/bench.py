"""`python -m load_tests.bench [--quick]`: measure the node against plain servers run beside it.

The plain servers are what one writes with `websockets`' asyncio server: an echo, and a room server that keeps
everything in memory (load_tests/rooms_baseline.py). Both sides are run in the same minutes, in turns, with
the same crowd: 64 clinics, each with a dashboard open; visits of three, the provider first; the patient and
a guest join by link, 64 at a time; relays of one ICE candidate go round in each visit. Our server saves
every join, synced to the disk, before it answers; the plain one saves nothing. The unit is work per
CPU-second of the whole process tree, the store's process included; the last line printed is one JSON object.
"""

import argparse
import sys

import uvloop

from load_tests import bench_echo, report
from load_tests.bare_save import BareSave
from load_tests.bench_echo import EchoResult
from load_tests.crowd import Board, Crowd
from load_tests.delays import idle_joins
from load_tests.node_site import NodeServer, NodeSite, node
from load_tests.report import Result
from load_tests.rounds import FULL, QUICK, Scale, bytes_per_visit, delays, in_turns
from load_tests.site import RoomsSite, rooms


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds, within a minute")
    result = measured(QUICK if parser.parse_args().quick else FULL)
    print("\n".join(report.lines(result)))
    print(report.as_json(result), flush=True)


def measured(scale: Scale) -> Result:
    """Run everything, and say on stderr how far it is."""
    _say("echo")
    echo = bench_echo.run(scale.echo_rounds, scale.echo_seconds)
    with rooms() as plain, node() as server:
        return uvloop.run(of_visits(plain, server, echo, scale))


async def of_visits(plain: RoomsSite, server: NodeServer, echo: EchoResult, scale: Scale) -> Result:
    """Measure everything but the echo, at servers that are fresh."""
    ours = await NodeSite.signed_in(server)
    our_board, plain_board = Board(await ours.dashboards()), Board(await plain.dashboards())
    _say("memory")
    size = await bytes_per_visit(ours, our_board, scale)
    plain_size = await bytes_per_visit(plain, plain_board, scale)
    _say("delays")
    with BareSave(server.data_dir) as bare:
        found = await delays(ours, our_board, scale, bare)
    plain_idle = await idle_joins(await Crowd.gathered(plain, plain_board, scale.delays), None)
    _say(f"{scale.rounds} rounds")
    our_rounds, plain_rounds = await in_turns([(ours, our_board), (plain, plain_board)], scale)
    await our_board.close()
    await plain_board.close()
    return Result(
        scale=scale,
        echo=echo,
        ours=our_rounds,
        plain=plain_rounds,
        bytes_per_visit=size,
        plain_bytes_per_visit=plain_size,
        delays=found,
        plain_idle=plain_idle.joins,
    )


def _say(what: str) -> None:
    print(f"measuring: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
