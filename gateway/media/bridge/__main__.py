"""Run a bridge under the orders on stdin: `python -m gateway.media.bridge`.

What does the work is a fork of this process. Loading what it needs takes most of a second, and is done before
that: when the worker dies, the next one is there in some milliseconds, and the sound with it.
"""

import os
import signal
import sys
import time
from typing import Final

import msgspec
import structlog
import uvloop

from gateway.media.bridge.orders import Orders
from gateway.media.bridge.process import no_more_orders, serve

_QUICK: Final = 1.0
"""A worker that lived shorter than this, in seconds, is not started anew at once."""
_PAUSE: Final = 0.5


def main() -> int:
    """Keep a worker until stdin ends; the worker itself notices that."""
    orders = msgspec.json.decode(_first_line(), type=Orders)
    _load(orders)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the one who keeps us
    while True:
        began = time.monotonic()
        worker = os.fork()
        if worker == 0:
            os._exit(_work(orders))
        _, status = os.waitpid(worker, 0)
        if os.waitstatus_to_exitcode(status) == 0:
            return 0
        if time.monotonic() - began < _QUICK:
            time.sleep(_PAUSE)


def _load(orders: Orders) -> None:
    """Load what the worker needs, before the fork."""
    if orders.janus is not None:
        import gateway.media.bridge.janus
    else:
        import gateway.media.bridge.embedded  # noqa: F401


def _work(orders: Orders) -> int:
    # stdout is for reports
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    return 0 if uvloop.run(serve(orders, no_more_orders)) else 1


def _first_line() -> bytes:
    """Read the orders, and no byte more: what follows is for the worker to wait on."""
    line = bytearray()
    while (byte := os.read(0, 1)) and byte != b"\n":
        line += byte
    return bytes(line)


if __name__ == "__main__":
    sys.exit(main())
