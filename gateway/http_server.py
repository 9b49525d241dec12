"""uvicorn as our processes run it: HTTP by an application, WebSockets by an endpoint of ours, on one port."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import uvicorn

from gateway.api.plain import Asgi
from gateway.arrival import arrivals
from gateway.websocket import Endpoint

BACKLOG: Final = 4096


class HttpServer(uvicorn.Server):
    """uvicorn, but signals are the composition root's business."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals alone."""
        yield

    @property
    def port(self) -> int:
        """The port that it listens on, once it is `started`."""
        port: int = self.servers[0].sockets[0].getsockname()[1]
        return port


def http_server(
    app: Asgi,
    host: str,
    port: int,
    *,
    sockets: Endpoint | None,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
) -> HttpServer:
    """Make a server; `serve` runs it until its `should_exit` is set."""
    return HttpServer(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            ws="none" if sockets is None else sockets,  # type: ignore[arg-type]  # any callable that makes a protocol
            http="httptools" if sockets is None else arrivals(sockets),  # type: ignore[arg-type]  # as ws
            loop="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=BACKLOG,
            timeout_graceful_shutdown=3,
            ssl_certfile=tls_cert,
            ssl_keyfile=tls_key,
        )
    )
