"""A network of machines on one machine: each has a namespace of its own, and a cable that can be pulled.

The harness moves into a namespace of its own first (`move_in`), in which there is a switch; each machine is a
namespace besides, at a port of the switch. What is sent to a machine whose cable is pulled is dropped by the
kernel, nobody is told, and TCP on both sides does what it does. Nothing has to be tidied up: all of it goes
with the processes that hold it. Needs root and iproute2. Linux only.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

MOVED: Final = "VESTIBULE_FAULTS_MOVED"
SWITCH: Final = "10.0.0.1"
"""The harness's own address: its wires, and so the store, are here."""
HOLD: Final = "ip link set lo up && echo there && exec cat"


def move_in() -> None:
    """Begin anew in a network of our own, unless this is there already; returns only then."""
    if os.environ.get(MOVED):
        return
    os.environ[MOVED] = "1"
    command = ["unshare", "--net", "--", sys.executable, *sys.orig_argv[1:]]
    os.execvp(command[0], command)  # noqa: S606 - ourselves, no shell


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine: its address, the namespace's holder, and its port of the switch."""

    address: str
    holder: int
    port: str

    def command(self, *words: str) -> tuple[str, ...]:
        """Give what runs a command on it."""
        return ("nsenter", f"--net=/proc/{self.holder}/ns/net", "--", *words)

    def pull(self) -> None:
        """Pull its cable."""
        _ip("link", "set", self.port, "down")

    def plug_in(self) -> None:
        """Plug its cable in again."""
        _ip("link", "set", self.port, "up")


class Network:
    """The switch and its machines; enter it after `move_in`."""

    def __init__(self) -> None:
        self.machines: list[Machine] = []
        self._stack = ExitStack()

    def __enter__(self) -> Network:
        if len(socket.if_nameindex()) > 1:
            raise RuntimeError("this is not a network of our own")
        _ip("link", "set", "lo", "up")
        _ip("link", "add", "switch", "type", "bridge")
        _ip("addr", "add", f"{SWITCH}/24", "dev", "switch")
        _ip("link", "set", "switch", "up")
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def machine(self) -> Machine:
        """Add one more machine."""
        number = len(self.machines) + 1
        holder = subprocess.Popen(
            ["unshare", "--net", "--", "sh", "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._stack.enter_context(holder)  # closes its input, which ends it
        assert holder.stdout is not None
        if holder.stdout.readline() != b"there\n":
            raise RuntimeError("no network of its own for a machine; unshare's message is above")
        found = Machine(f"10.0.0.{10 + number}", holder.pid, f"port{number}")
        _ip("link", "add", found.port, "type", "veth", "peer", "name", "eth0", "netns", str(holder.pid))
        _ip("link", "set", found.port, "master", "switch", "up")
        for words in (("addr", "add", f"{found.address}/24", "dev", "eth0"), ("link", "set", "eth0", "up")):
            subprocess.run(found.command("ip", *words), check=True)
        self.machines.append(found)
        return found
