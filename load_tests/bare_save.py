"""What one save costs by itself: a visit's script on the node's own store, over a raw connection.

It is the floor under everything that is saved before it is answered: one round trip, one sync of the disk.
"""

import hashlib
import socket
import time
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from actors.embedded_folder import StoreFolder

BODY: Final = b"b" * 1_500
"""A visit of three, as it is saved."""
AUDIT_ROW: Final = b"0417-7h3kq2m9xw4c\tarrive\tg4m8x2kq\tshared"
KEYS: Final = tuple(b"{bench}:" + name for name in (b"owner", b"visit", b"due", b"day", b"audit"))
HOUR_MS: Final = 3_600_000

Word = bytes | str | int


class BareSave:
    """A connection to a node's store that saves one visit of nobody's again and again."""

    def __init__(self, data_dir: Path) -> None:
        self._line = socket.socket(socket.AF_UNIX)
        self._line.connect(str(StoreFolder(data_dir).socket()))
        script = (files("actors") / "lua" / "save.lua").read_bytes()
        self._sha = hashlib.sha1(script, usedforsecurity=False).hexdigest()
        self._ask(_packed("SCRIPT", "LOAD", script))
        self._ask(_packed("DEL", *KEYS))
        self._ask(_packed("HSET", KEYS[0], "epoch", 1))
        self._version = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ask(_packed("DEL", *KEYS))
        self._line.close()

    def save(self) -> float:
        """Save once; give the seconds until the store answered, after its sync."""
        self._version += 1
        now = int(time.time() * 1000)
        value = b"%d save%d clinic\n%b" % (self._version, self._version, BODY)
        end = now + HOUR_MS
        audit = (HOUR_MS, AUDIT_ROW)
        arguments = (1, self._version, f"save{self._version}", value, "visit", now, end, end, 0, *audit)
        packed = _packed("EVALSHA", self._sha, len(KEYS), *KEYS, *arguments)
        began = time.perf_counter()
        answer = self._ask(packed)
        took = time.perf_counter() - began
        if answer != b":1\r\n":
            raise RuntimeError(f"the store answered {answer!r}")
        return took

    def _ask(self, packed: bytes) -> bytes:
        self._line.sendall(packed)
        return self._line.recv(4096)


def _packed(*words: Word) -> bytes:
    """Spell a command as RESP does."""
    texts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b"*%d\r\n" % len(texts) + b"".join(b"$%d\r\n%b\r\n" % (len(text), text) for text in texts)
