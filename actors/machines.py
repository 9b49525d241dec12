"""Ray's own processes on a machine: the head, and the raylet under which the machine's nodes run.

They are two, so that the head can die and come back while the nodes go on. Both are `ray start --block`, a
process of ours each: it is watched, started again when it ends, and ended by its id; `ray stop`, which ends
whatever Ray runs on the machine, is never used.

Ray's ports execute what they are sent (CVE-2023-48022, CVE-2025-62593): they are bound to loopback or a
private address, ask for a token, and have no dashboard, or nothing is started.
"""

from __future__ import annotations

import ipaddress
import itertools
import os
import secrets
import socket
import stat
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HEALTH: Final[Mapping[str, str]] = {
    # measured: a dead machine is known in 4 s instead of 14, a hung one in 7 instead of 66
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "1000",
    "RAY_health_check_failure_threshold": "3",
    "RAY_health_check_initial_delay_ms": "1000",
    # nodes wait for a head that is away, however long it takes to mend it (seconds; Ray's own default is 60)
    "RAY_gcs_rpc_server_reconnect_timeout_s": str(7 * 86_400),
}
WORKERS: Final[Mapping[str, str]] = {
    # Ray would start nodes with the least claim to the processor (15), for it thinks of batches
    "RAY_worker_niceness": "0",
}
PATIENCE: Final[Mapping[str, str]] = {
    # milliseconds, seconds: else a raylet gives up after 15 s when a busy machine starts its helpers slowly
    "RAY_agent_register_timeout_ms": "120000",
    "RAY_worker_register_timeout_seconds": "120",
}
QUIET: Final[Mapping[str, str]] = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is sent to anybody
    "RAY_enable_metrics_collection": "0",
    "RAY_DEDUP_LOGS": "0",
}
MEMORY: Final = ("RAY_gcs_storage", "RAY_gcs_storage_path")
"""Where the head writes down what it must know after it died: a small database in a folder, no server."""
OBJECT_STORE_BYTES: Final = 80 << 20
"""The least that Ray takes; no visit ever goes through it."""
TOKEN_BYTES: Final = 32
LOOPBACK: Final = "127.0.0.1"
PRIVATE: Final = tuple(
    map(
        ipaddress.ip_network,
        (
            "127.0.0.0/8",
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "::1/128",
            "fc00::/7",
        ),
    )
)
"""Addresses that no stranger routes to (RFC 1918, 4193, 6598)."""


class Unsafe(Exception):
    """Ray would be open to others; the text is one sentence that says what to do."""


def insist_on_private(address: str) -> None:
    """Refuse an address that strangers may reach. Raises Unsafe."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        raise Unsafe(f"{address!r} is not an IP address: Ray is bound to one address, so name it.") from None
    if not any(found in network for network in PRIVATE if network.version == found.version):
        raise Unsafe(
            f"{address} is not private, and whoever reaches Ray's ports can run programs: "
            "give a loopback or private address of this machine."
        )


def insist_on_firewall(machine: str, addresses: Iterable[str]) -> None:
    """Refuse to let Ray listen on all addresses of a machine if strangers route to one of them.

    Raises Unsafe.
    """
    public = sorted(one for one in addresses if ipaddress.ip_address(one).is_global)
    if public and ray_address(machine) != LOOPBACK:
        raise Unsafe(
            f"Ray would listen on {', '.join(public)} too, and whoever reaches its ports can run programs: "
            "close them by a firewall to all but the cluster's machines, then set cluster.firewalled."
        )


def own_addresses() -> list[str]:
    """List this machine's addresses, as far as it says (Linux: /proc/net)."""
    found = []
    with suppress(OSError):
        lines = Path("/proc/net/fib_trie").read_text("ascii").splitlines()
        pairs = itertools.pairwise(lines)
        found += [
            line.split("-- ")[1] for line, after in pairs if "-- " in line and "/32 host LOCAL" in after
        ]
    with suppress(OSError):
        rows = Path("/proc/net/if_inet6").read_text("ascii").splitlines()
        found += [str(ipaddress.IPv6Address(int(row.split()[0], 16))) for row in rows]
    return sorted(set(found))


def make_token(path: Path) -> None:
    """Make the token that all of the cluster's processes show each other, unless there is one.

    Raises OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists():
        return
    new = path.with_suffix(".new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_hex(TOKEN_BYTES))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def insist_on_token(path: Path) -> None:
    """Refuse to go on without a token that only this user can read. Raises Unsafe."""
    try:
        found = path.stat()
        written = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise Unsafe(
            f"there is no token in {path}: `vestibule cluster up` makes it; copy it to machines that join."
        ) from None
    if not stat.S_ISREG(found.st_mode) or found.st_mode & 0o077 or found.st_uid != os.getuid():
        raise Unsafe(f"others may read the token in {path}: chown it to this user, and chmod 600.")
    if len(written) < TOKEN_BYTES:
        raise Unsafe(f"the token in {path} is too short: remove the file, and a new one is made.")


def environment(token: Path) -> dict[str, str]:
    """Give what all of Ray's processes, ours included, must find in their environment before they load Ray.

    Raises Unsafe.
    """
    insist_on_token(token)
    return {
        **HEALTH,
        **WORKERS,
        **PATIENCE,
        **QUIET,
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN_PATH": str(token),
    }


def resource_of(machine: str) -> str:
    """Name the resource by which a slot is pinned to its machine.

    Ray's own node affinity names one life of a raylet: after a reboot it would wait for ever.
    """
    return f"{_PREFIX}{machine}"


def machine_of(resource: str) -> str | None:
    """Give the machine of such a resource; None when it is something else."""
    return resource.removeprefix(_PREFIX) if resource.startswith(_PREFIX) else None


@dataclass(frozen=True, slots=True)
class Head:
    """Where Ray's head is."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def head_memory(folder: Path) -> dict[str, str]:
    """Give what the head must find in its environment besides, so that it can die and come back."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return dict(zip(MEMORY, ("rocksdb", str(folder)), strict=True))


def ray_address(machine: str) -> str:
    """Give the address that Ray's processes on a machine listen on.

    Only if this is 127.0.0.1 do they listen on nothing else; for any other address they listen everywhere.
    """
    return LOOPBACK if ipaddress.ip_address(machine).is_loopback else machine


def head_command(head: Head, folder: Path) -> list[str]:
    """Build the command line of the head; it runs no node. `folder` is for its sockets and logs; what a head
    that was killed left there is removed, or Ray would take it for one that runs.
    """
    (folder / "ray_current_cluster").unlink(missing_ok=True)
    return [
        *_START,
        "--head",
        f"--node-ip-address={head.host}",
        f"--port={head.port}",
        f"--temp-dir={folder}",
        "--include-dashboard=false",
        "--no-monitor",
        "--num-cpus=0",
        *_common(head.host),
    ]


def machine_command(head: Head, machine: str) -> list[str]:
    """Build the command line of a machine's raylet, under which its nodes run. `machine` is its address."""
    return [
        *_START,
        f"--address={head}",
        f"--node-ip-address={ray_address(machine)}",
        f'--resources={{"{resource_of(machine)}": 1000}}',
        "--num-cpus=1",
        *_common(machine),
    ]


_PREFIX: Final = "vestibule:"
_START: Final = (sys.executable, "-m", "actors.cluster", "start", "--block")
_HELPERS: Final = ("dashboard-agent-listen", "dashboard-agent-grpc", "runtime-env-agent", "metrics-export")


def _common(machine: str) -> list[str]:
    return [
        f"--object-store-memory={OBJECT_STORE_BYTES}",
        "--disable-usage-stats",
        "--include-log-monitor=false",
        # free ports, so that a machine can hold a head and a raylet, and a test several machines
        "--min-worker-port=0",
        "--max-worker-port=0",
        # said beforehand, or a raylet gives up when its helpers, on a busy machine, say theirs after 15 s
        *(f"--{name}-port={port}" for name, port in zip(_HELPERS, _free(ray_address(machine)), strict=True)),
    ]


def _free(host: str) -> list[int]:
    """Find free ports for Ray's helpers."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with ExitStack() as held:
        found = [held.enter_context(socket.socket(family)) for _ in _HELPERS]
        for one in found:
            one.bind((host, 0))
        return [int(one.getsockname()[1]) for one in found]
