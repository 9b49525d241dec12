"""The configuration of HAProxy in front of a cluster, made from its slots.

A slot's own path (`/n/<node>/`) goes to its node; if that is down, and for every other path, any node will
do: it says `moved`, or hands the request on. Ready is who answers /readyz; a node that drains is not, so
nothing new comes to it while its sockets go on. When nobody is ready (the store is away), whoever lives
answers, because calls go on and a clear refusal is better than none. Nothing is sticky.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from actors.slots import Slot, ports_of

CHECK_EVERY: Final = "500ms"
"""A dead node gets nothing new after two failed checks; one that refuses connections, at once."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Where HAProxy listens: an address, and the certificate with its key in one file, if it speaks TLS."""

    bind: str
    certificate: Path | None = None


def configuration(slots: Sequence[Slot], first_port: int, edge: Edge) -> str:
    """Write the configuration."""
    return "\n".join(
        [*_head(), *_edge(slots, edge), *_slots(slots, first_port), *_any(slots, first_port), ""]
    )


def _head() -> Iterator[str]:
    yield from (
        "# made by `vestibule cluster haproxy`; make it anew after `vestibule cluster scale`",
        "# it takes as many connections as it may have files: raise LimitNOFILE (ulimit -n) first",
        "defaults",
        "    mode http",
        "    timeout connect 1s",
        "    timeout client 30s",
        "    timeout server 30s",
        "    timeout http-request 10s",
        "    # a socket is never silent for longer than 7 s",
        "    timeout tunnel 60s",
        "    # a connection that was refused carried nothing: the next server may have it",
        "    retries 3",
        "    retry-on conn-failure",
        "    option redispatch 1",
        f"    default-server inter {CHECK_EVERY} fastinter 200ms downinter {CHECK_EVERY} fall 2 rise 1"
        " observe layer4 error-limit 1 on-error mark-down",
    )


def _edge(slots: Sequence[Slot], edge: Edge) -> Iterator[str]:
    tls = f" ssl crt {edge.certificate} alpn http/1.1" if edge.certificate else ""
    yield from ("", "frontend people", f"    bind {edge.bind}{tls}")
    # who comes from outside must not say who they are
    yield "    http-request set-header X-Forwarded-For %[src]"
    yield f"    http-request set-header X-Forwarded-Proto {'https' if edge.certificate else 'http'}"
    for slot in slots:
        its = f"{{ path_beg /n/{slot.node}/ }}"
        yield f"    use_backend {slot.node} if {its} {{ nbsrv({slot.node}) gt 0 }}"
    yield "    use_backend ready if { nbsrv(ready) gt 0 }"
    yield "    default_backend alive"


def _slots(slots: Sequence[Slot], first_port: int) -> Iterator[str]:
    for slot in slots:
        yield from _backend(slot.node, "/readyz", [slot], first_port)
        yield "    option allbackups"
        for other in slots:
            if other != slot:
                for name, address in _servers(other, first_port):
                    yield f"    server {name} {address} track ready/{name} backup"


def _any(slots: Sequence[Slot], first_port: int) -> Iterator[str]:
    yield from _backend("ready", "/readyz", slots, first_port)
    yield from _backend("alive", "/healthz", slots, first_port)


def _backend(name: str, check: str, slots: Sequence[Slot], first_port: int) -> Iterator[str]:
    yield from ("", f"backend {name}", "    balance leastconn", f"    option httpchk GET {check}")
    yield "    http-check expect status 200"
    for slot in slots:
        for server, address in _servers(slot, first_port):
            yield f"    server {server} {address} check"


def _servers(slot: Slot, first_port: int) -> Iterator[tuple[str, str]]:
    """Name every port that a slot's node may have; the checks find out which it is."""
    for port in ports_of(slot.number, first_port)[0]:
        yield f"{slot.node}-{port}", f"{_host(slot.machine)}:{port}"


def _host(machine: str) -> str:
    return f"[{machine}]" if ":" in machine else machine
