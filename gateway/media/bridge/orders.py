"""What the bridge's keeper tells its process; apart, so that a node starts without what mixes sound."""

from typing import Final

from msgspec import Struct

LOOPBACK: Final = "127.0.0.1"
PROGRAM: Final = "janus"
"""What Debian's Janus is called."""


class JanusOrders(Struct, frozen=True, kw_only=True):
    """How to come to Janus."""

    url: str = ""
    """Where somebody else's is; "" starts one of our own."""
    secret: str = ""
    admin_key: str = ""
    rtp_address: str = LOOPBACK
    """Our address for the sound of telephones; of one of our own Janus's too."""
    rooms: str = ""
    """What our rooms are called, and nobody else's at the same Janus."""
    folder: str = ""
    """Where files of one of our own may be; nobody else can look into it."""


class Orders(Struct, frozen=True, kw_only=True):
    """What a bridge has to know; its keeper says it on the first line of stdin."""

    server: str
    """The node's socket, ws:// or wss://."""
    key: str
    listening: int
    """The file descriptor of the socket that listens; it is opened before, and outlives a worker, so that who
    connects while the next one starts has to wait and is not turned away.
    """
    janus: JanusOrders | None = None
    """With it Janus mixes, else the bridge's own process does."""
    ca_file: str = ""
    """Who vouches for the node's certificate, if not one of those that this machine knows."""
