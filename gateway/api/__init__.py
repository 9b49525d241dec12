"""HTTP: pages, REST under /api/v1, and what operators and load balancers ask.

`create_api(node, demo=...)` is the application for the port that people use, `create_admin(node)` the one for
the operator's. Both are made in the event loop of a running node.
"""

from gateway.api.front import create_admin, create_api
from gateway.api.plain import Asgi

__all__ = ["Asgi", "create_admin", "create_api"]
