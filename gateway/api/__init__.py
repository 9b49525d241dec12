"""HTTP: pages, REST under /api/v1, and what operators and load balancers ask.

`create_api(node, demo=...)` is the application for the port that people use, `create_admin(node)` the one for
the operator's.
"""

from gateway.api.house import create_admin, create_api

__all__ = ["create_admin", "create_api"]
