"""WebSockets, from the bytes of a frame to a receiver's callback, independent of what messages mean.

Make an `Endpoint`, give it to uvicorn as `Config(ws=endpoint)` so that one port serves HTTP and
sockets, and await `endpoint.drain()` before the HTTP server stops.
"""

from gateway.websocket.connection import Socket
from gateway.websocket.contract import (
    Accept,
    Accepted,
    Cut,
    Handshake,
    Observer,
    Receiver,
    Rejection,
    Unobserved,
)
from gateway.websocket.endpoint import Endpoint, RetryHint
from gateway.websocket.frames import frame
from gateway.websocket.limits import Limits
from gateway.websocket.switchboard import Totals

__all__ = [
    "Accept",
    "Accepted",
    "Cut",
    "Endpoint",
    "Handshake",
    "Limits",
    "Observer",
    "Receiver",
    "Rejection",
    "RetryHint",
    "Socket",
    "Totals",
    "Unobserved",
    "frame",
]
