"""What the system says of processes: whether they live, and where they listen (Linux: /proc)."""

from __future__ import annotations

import ipaddress
import os


def lives(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def listening(groups: set[int]) -> list[str]:
    """The addresses on which processes of these groups listen (Linux: /proc)."""
    inodes = {inode for pid in _members(groups) for inode in _sockets(pid)}
    found = []
    for family in ("tcp", "tcp6"):
        with open(f"/proc/net/{family}", encoding="ascii") as table:
            for row in table.readlines()[1:]:
                parts = row.split()
                if parts[3] == "0A" and parts[9] in inodes:
                    found.append(_address(parts[1].partition(":")[0]))
    return found


def _members(groups: set[int]) -> list[int]:
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.getpgid(int(name)) in groups:
                found.append(int(name))
        except ProcessLookupError:
            continue
    return found


def _sockets(pid: int) -> list[str]:
    found = []
    try:
        for name in os.listdir(f"/proc/{pid}/fd"):
            link = os.readlink(f"/proc/{pid}/fd/{name}")
            if link.startswith("socket:["):
                found.append(link[8:-1])
    except OSError:
        return found
    return found


def _address(hexed: str) -> str:
    """Read an address of /proc/net: words of four bytes, each the wrong way round; IPv4 in IPv6 as IPv4."""
    raw = b"".join(bytes.fromhex(hexed[at : at + 8])[::-1] for at in range(0, len(hexed), 8))
    found = ipaddress.ip_address(raw)
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)
