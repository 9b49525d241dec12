"""Run a store server and know, at every moment, what a power cut would leave of its files.

`kill -9` proves nothing about durability: the kernel still has every write. So each fsync and fdatasync of
the server, and of the processes it forks, is performed here in its stead, and noted once it has returned:
how long which file was. The server is answered only then. A cut kills the server and truncates each file of
its append-only folder to what was noted, or to nothing.

The kernel hands the calls over (seccomp user notification, Linux 5.0; seccomp_unotify(2)), so any server
will do, statically linked too, with no compiler, no tracer and no privilege. Two things are not modelled.
New names in the folder are taken as kept at once, which the server's own syncs of the folder ensure. And
what an earlier run left is taken as durable, so a kill without a cut makes durable what it leaves.

A program of its own (standard library only), for the load under test must not slow down the server's syncs:

    python sync_watch.py AOF_FOLDER COMMAND...     prints {"pid": n}; then reads lines:
      slow MS   be a slow disk: each sync takes so much longer from now on
      hang      be a disk that hangs: no sync is performed from now on; prints {"synced": calls}
      cut N MS  wait up to MS for the next sync and do not perform it; kill, truncate, but leave up to N more
                bytes of what was not synced
                prints {"total": bytes before, "durable": bytes left, "synced": calls}, and ends
      (end of input) kill and end; nothing is truncated
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import json
import os
import platform
import select
import signal
import socket
import stat
import struct
import sys
from pathlib import Path

# linux/prctl.h, linux/seccomp.h, linux/audit.h, and the numbers of the calls on each machine
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER = 1, 8
SECCOMP_RET_ALLOW, SECCOMP_RET_USER_NOTIF = 0x7FFF0000, 0x7FC00000
SECCOMP_IOCTL_NOTIF_RECV, SECCOMP_IOCTL_NOTIF_SEND = 0xC0502100, 0xC0182101
MACHINES = {  # audit name, seccomp, fsync, fdatasync
    "x86_64": (0xC000003E, 317, 74, 75),
    "aarch64": (0xC00000B7, 277, 82, 83),
}
NOTICE = struct.Struct("=QIIiIQ6Q")  # struct seccomp_notif: id, pid, flags, call, machine, address, arguments
ANSWER = struct.Struct("=QqiI")  # struct seccomp_notif_resp: id, value, error, flags

Inode = tuple[int, int]


class Filter:
    """The calls that are handed over, as the classic BPF program the kernel wants."""

    LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
    CALL_OFFSET, MACHINE_OFFSET = 0, 4  # in struct seccomp_data

    def __init__(self) -> None:
        machine, self.seccomp, self.fsync, self.fdatasync = MACHINES[platform.machine()]
        steps = [
            (self.LOAD, 0, 0, self.MACHINE_OFFSET),
            (self.JUMP_IF_EQUAL, 0, 4, machine),  # another machine's numbers: allow
            (self.LOAD, 0, 0, self.CALL_OFFSET),
            (self.JUMP_IF_EQUAL, 1, 0, self.fsync),
            (self.JUMP_IF_EQUAL, 0, 1, self.fdatasync),
            (self.RETURN, 0, 0, SECCOMP_RET_USER_NOTIF),
            (self.RETURN, 0, 0, SECCOMP_RET_ALLOW),
        ]
        self._code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
        self._count = len(steps)

    def install(self) -> int:
        """Put this process, and all it becomes, under the filter; returns the listener's descriptor."""
        libc = ctypes.CDLL(None, use_errno=True)
        program = struct.pack("@HP", self._count, ctypes.addressof(self._code))
        flags = ctypes.c_ulong(SECCOMP_FILTER_FLAG_NEW_LISTENER)
        if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")
        listener = int(libc.syscall(self.seccomp, SECCOMP_SET_MODE_FILTER, flags, program))
        if listener < 0:
            raise OSError(ctypes.get_errno(), "seccomp")
        return listener


class Disk:
    """What has reached the disk: for each file of a folder, how many bytes of it are durable."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._durable: dict[Inode, int] = {}
        self.synced = 0
        self.slow = 0.0
        """Seconds that each sync takes longer."""
        for found in self._files().values():  # from an earlier run, whose end was either clean or a cut
            self._durable[found.st_dev, found.st_ino] = found.st_size

    def _files(self) -> dict[Path, os.stat_result]:
        paths = self._folder.iterdir() if self._folder.exists() else ()
        found = {path: path.stat() for path in paths}
        return {path: stat_ for path, stat_ in found.items() if stat.S_ISREG(stat_.st_mode)}

    def sync(self, path: str, *, only_data: bool) -> None:
        """Sync an open file and note what was in it before; raises OSError as the call does."""
        if self.slow:
            select.select((), (), (), self.slow)  # libfaketime lets time.sleep fail (EINVAL)
        descriptor = os.open(path, os.O_RDONLY)
        try:
            before = os.fstat(descriptor)
            (os.fdatasync if only_data else os.fsync)(descriptor)
            self._durable[before.st_dev, before.st_ino] = before.st_size
            self.synced += 1
        finally:
            os.close(descriptor)

    def cut(self, torn_bytes: int) -> dict[str, int]:
        """Truncate every file to what is durable, plus up to some bytes of what is not."""
        total = left = 0
        for path, found in self._files().items():
            durable = self._durable.get((found.st_dev, found.st_ino), 0)
            keep = min(found.st_size, durable + torn_bytes)
            os.truncate(path, keep)
            total, left = total + found.st_size, left + keep
        return {"total": total, "durable": left, "synced": self.synced}


def launch(command: list[str]) -> tuple[int, int]:
    """Start the command under the filter; returns its pid and the listener's descriptor."""
    ours, theirs = socket.socketpair()
    syncs = Filter()
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            socket.send_fds(theirs, [b"listener"], [syncs.install()])
            os.execv(command[0], command)  # noqa: S606 - the command we were given, no shell
        except OSError as error:
            os.write(2, f"sync_watch: {error}\n".encode())
        finally:
            os._exit(127)  # whatever happened, this copy of the watch must not go on as one
    theirs.close()
    with ours:
        _, descriptors, _, _ = socket.recv_fds(ours, 16, 1)
    if not descriptors:
        raise SystemExit("sync_watch: the kernel does not hand over system calls here (seccomp_unotify)")
    return pid, descriptors[0]


def perform(listener: int, disk: Disk, fdatasync: int) -> None:
    """Perform one handed-over call and answer it; a caller killed meanwhile needs no answer."""
    notice = bytearray(NOTICE.size)
    try:
        fcntl.ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, notice, True)
        ticket, pid, _, call, _, _, descriptor, *_ = NOTICE.unpack(notice)
        failure = 0
        try:
            disk.sync(f"/proc/{pid}/fd/{descriptor}", only_data=call == fdatasync)
        except OSError as error:
            failure = -(error.errno or errno.EIO)
        fcntl.ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, bytearray(ANSWER.pack(ticket, 0, failure, 0)), True)
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.EINTR):
            raise


def kill_all(pid: int) -> None:
    """Kill the server and what it forked, and wait until none of them can write any more."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    while True:
        try:
            os.wait()  # children of the server's too: this process is their reaper
        except ChildProcessError:
            return


def read_line() -> str:
    """Read one line, and nothing of the next, which could not be polled for any more; "" at the end."""
    line = b""
    while not line.endswith(b"\n") and (one := os.read(0, 1)):
        line += one
    return line.decode()


def serve(listener: int, disk: Disk) -> str:
    """Perform syncs until a line comes that ends the server, or the input ends; returns the line."""
    fdatasync = Filter().fdatasync
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    poll.register(0, select.POLLIN)
    while True:
        ready = dict(poll.poll())
        if 0 in ready:  # before any sync that waits: what was just written is what a cut takes
            line = read_line()
            if line.startswith("slow "):
                disk.slow = int(line.split()[1]) / 1000
            elif line == "hang\n":
                poll.unregister(listener)
                print(json.dumps({"synced": disk.synced}), flush=True)
            else:
                return line
        elif ready.get(listener, 0) & select.POLLIN:
            perform(listener, disk, fdatasync)
        elif listener in ready:  # the server has ended: only the input is left to wait for
            poll.unregister(listener)


def await_sync(listener: int, milliseconds: int) -> None:
    """Wait until the server has written something and wants it synced, or gives no sign of that."""
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    poll.poll(milliseconds)


def main(aof_folder: str, *command: str) -> None:
    """Run the command until told to cut, or until nobody is there to tell."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    disk = Disk(Path(aof_folder))
    pid, listener = launch(list(command))
    print(json.dumps({"pid": pid}), flush=True)
    order = serve(listener, disk).split()
    if order:
        await_sync(listener, int(order[2]))
    kill_all(pid)
    if order:
        print(json.dumps(disk.cut(int(order[1]))), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
