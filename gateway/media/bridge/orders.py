"""What the bridge's keeper tells its process; apart, so that a node starts without what mixes sound."""

from msgspec import Struct


class Orders(Struct, frozen=True, kw_only=True):
    """What a bridge has to know; its keeper says it on the first line of stdin."""

    server: str
    """The node's socket, ws:// or wss://."""
    key: str
    listening: int
    """The file descriptor of the socket that listens; it is opened before, and outlives a worker, so that who
    connects while the next one starts has to wait and is not turned away.
    """
    ca_file: str = ""
    """Who vouches for the node's certificate, if not one of those that this machine knows."""
