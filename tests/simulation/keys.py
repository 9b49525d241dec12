"""A store's keys, and the commands that the product uses: the same answers as Redis and Valkey give.

Values: bytes, dict (hash, or a set whose members are its keys), `Sorted` (sorted set), `Rows` (stream).
Answers: int, bytes, None, lists of them.
`tests/real/store` holds it to its word: the same contract as for real servers.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any, Final

Answer = int | bytes | None | list["Answer"]
Words = list[bytes]


class Refusal(Exception):
    """A command that the server does not carry out; the text is what it says."""


class Sorted:
    """A sorted set: members by score, and by name where scores are equal."""

    __slots__ = ("order", "scores")

    def __init__(self) -> None:
        self.scores: dict[bytes, float] = {}
        self.order: list[tuple[float, bytes]] = []

    def put(self, member: bytes, score: float) -> int:
        """Set a member's score; 1 when it is new."""
        known = self.scores.get(member)
        if known == score:
            return 0
        if known is not None:
            del self.order[bisect_left(self.order, (known, member))]
        insort(self.order, (score, member))
        self.scores[member] = score
        return int(known is None)

    def drop(self, member: bytes) -> int:
        """Forget a member; 1 when there was one."""
        score = self.scores.pop(member, None)
        if score is None:
            return 0
        del self.order[bisect_left(self.order, (score, member))]
        return 1

    def between(self, first: bytes, last: bytes) -> list[bytes]:
        """Give the members whose scores are in a range, as ZRANGE ... BYSCORE writes it."""
        low, after_low = _bound(first)
        high, before_high = _bound(last)
        return [
            member
            for score, member in self.order
            if (score > low if after_low else score >= low)
            and (score < high if before_high else score <= high)
        ]


class Rows(list[tuple[bytes, list[bytes]]]):
    """A stream's entries: id and fields."""


class Keys:
    """The data of one server. `now` gives milliseconds since 1970 by its own clock."""

    def __init__(self, now: Callable[[], int]) -> None:
        self.now = now
        self._values: dict[bytes, Any] = {}
        self._ends: dict[bytes, int] = {}
        self._stream_id = (0, 0)

    def do(self, words: Words) -> Answer:
        """Carry out one command. Raises Refusal."""
        name = words[0].upper()
        command = COMMANDS.get(name)
        if command is None:
            raise Refusal(f"ERR unknown command '{name.decode()}'")
        return command(self, words[1:])

    # ------------------------------------------------------------ keys

    def _find(self, key: bytes) -> Any:
        end = self._ends.get(key)
        if end is not None and end <= self.now():
            self._remove(key)
        return self._values.get(key)

    def _remove(self, key: bytes) -> bool:
        self._ends.pop(key, None)
        return self._values.pop(key, None) is not None

    def _made(self, key: bytes, kind: type[Any]) -> Any:
        value = self._find(key)
        if value is None:
            value = self._values[key] = kind()
        return value

    def _tidy(self, key: bytes, size: int) -> None:
        if not size:
            self._remove(key)

    def _del(self, args: Words) -> int:
        return sum(self._find(key) is not None and self._remove(key) for key in args)

    def _exists(self, args: Words) -> int:
        return sum(self._find(key) is not None for key in args)

    def _expire_at(self, key: bytes, at: int) -> int:
        if self._find(key) is None:
            return 0
        self._ends[key] = at
        return 1

    def _pttl(self, args: Words) -> int:
        if self._find(args[0]) is None:
            return -2
        end = self._ends.get(args[0])
        return -1 if end is None else end - self.now()

    def _ttl(self, args: Words) -> int:
        left = self._pttl(args)
        return left if left < 0 else (left + 500) // 1000

    def _pexpiretime(self, args: Words) -> int:
        return -2 if self._find(args[0]) is None else self._ends.get(args[0], -1)

    def _keys(self, args: Words) -> list[Answer]:
        return [key for key in list(self._values) if fnmatchcase(key.decode(), args[0].decode())]

    def _flush(self, _: Words) -> bytes:
        self._values.clear()
        self._ends.clear()
        return b"OK"

    def _time(self, _: Words) -> list[Answer]:
        seconds, ms = divmod(self.now(), 1000)
        return [b"%d" % seconds, b"%d" % (ms * 1000)]

    # ------------------------------------------------------------ strings

    def _set(self, args: Words) -> bytes | None:
        key, value, *options = args
        flags = [option.upper() for option in options]
        if (b"NX" in flags and self._find(key) is not None) or (b"XX" in flags and self._find(key) is None):
            return None
        self._values[key] = value
        self._ends.pop(key, None)
        for unit, ms in ((b"PX", 1), (b"EX", 1000)):
            if unit in flags:
                self._ends[key] = self.now() + ms * int(options[flags.index(unit) + 1])
        return b"OK"

    def _getrange(self, args: Words) -> bytes:
        value: bytes = self._find(args[0]) or b""
        first, last = int(args[1]), int(args[2])
        return value[first : last + 1] if last >= 0 else value[first:]

    def _getdel(self, args: Words) -> bytes | None:
        value: bytes | None = self._find(args[0])
        self._remove(args[0])
        return value

    def _incrby(self, args: Words) -> int:
        value = int(self._find(args[0]) or 0) + (int(args[1]) if len(args) > 1 else 1)
        self._values[args[0]] = b"%d" % value
        return value

    # ------------------------------------------------------------ hashes

    def _hset(self, args: Words) -> int:
        known: dict[bytes, bytes] = self._made(args[0], dict)
        before = len(known)
        known.update(zip(args[1::2], args[2::2], strict=True))
        return len(known) - before

    def _hash(self, key: bytes) -> dict[bytes, bytes]:
        return self._find(key) or {}

    def _hgetall(self, args: Words) -> list[Answer]:
        return [part for pair in self._hash(args[0]).items() for part in pair]

    def _hmget(self, args: Words) -> list[Answer]:
        known = self._hash(args[0])
        return [known.get(field) for field in args[1:]]

    def _hdel(self, args: Words) -> int:
        known = self._hash(args[0])
        gone = sum(known.pop(field, None) is not None for field in args[1:])
        self._tidy(args[0], len(known))
        return gone

    def _hincrby(self, args: Words) -> int:
        known: dict[bytes, bytes] = self._made(args[0], dict)
        value = int(known.get(args[1], b"0")) + int(args[2])
        known[args[1]] = b"%d" % value
        return value

    # ------------------------------------------------------------ sets

    def _sadd(self, args: Words) -> int:
        known: dict[bytes, None] = self._made(args[0], dict)
        before = len(known)
        known.update(dict.fromkeys(args[1:]))
        return len(known) - before

    def _srem(self, args: Words) -> int:
        known: dict[bytes, Any] = self._hash(args[0])
        before = len(known)
        for member in args[1:]:
            known.pop(member, None)
        self._tidy(args[0], len(known))
        return before - len(known)

    # ------------------------------------------------------------ sorted sets

    def _sorted(self, key: bytes) -> Sorted:
        return self._find(key) or Sorted()

    def _zadd(self, args: Words) -> int:
        known: Sorted = self._made(args[0], Sorted)
        return sum(
            known.put(member, float(score)) for score, member in zip(args[1::2], args[2::2], strict=True)
        )

    def _zrem(self, args: Words) -> int:
        known = self._sorted(args[0])
        gone = sum(known.drop(member) for member in args[1:])
        self._tidy(args[0], len(known.scores))
        return gone

    def _zrange(self, args: Words) -> list[Answer]:
        key, first, last, *options = args
        known = self._sorted(key)
        flags = [option.upper() for option in options]
        if b"BYSCORE" not in flags:
            members = [member for _, member in known.order]
            begin, end = int(first), int(last)
            return [*(members[begin : end + 1] if end >= 0 else members[begin : len(members) + end + 1])]
        found = known.between(first, last)
        if b"LIMIT" in flags:
            at = flags.index(b"LIMIT")
            found = found[int(options[at + 1]) :][: int(options[at + 2])]
        return [*found]

    def _zscore(self, args: Words) -> bytes | None:
        score = self._sorted(args[0]).scores.get(args[1])
        return None if score is None else _written(score)

    # ------------------------------------------------------------ streams

    def _xadd(self, args: Words) -> bytes:
        rows: Rows = self._made(args[0], Rows)
        at, before = 1, None
        while args[at].upper() in (b"MINID", b"MAXLEN", b"NOMKSTREAM"):
            approximate = args[at + 1] in (b"~", b"=")
            value = args[at + 1 + approximate]
            before = value if args[at].upper() == b"MINID" else before
            at += 2 + approximate
        ms, count = self._stream_id
        now = self.now()
        self._stream_id = (now, 0) if now > ms else (ms, count + 1)
        ident = b"%d-%d" % self._stream_id
        rows.append((ident, args[at + 1 :]))
        if before is not None:
            rows[:] = [row for row in rows if _entry(row[0]) >= _entry(before)]
        return ident

    def _xtrim(self, args: Words) -> int:
        rows: Rows = self._find(args[0]) or Rows()
        had = len(rows)
        rows[:] = [row for row in rows if _entry(row[0]) >= _entry(args[-1])]
        return had - len(rows)

    def _xrange(self, args: Words) -> list[Answer]:
        rows: Rows = self._find(args[0]) or Rows()
        found = _part(rows, args[1], args[2])
        return [[ident, [*fields]] for ident, fields in found[: _count(args[3:])]]

    def _xrevrange(self, args: Words) -> list[Answer]:
        rows: Rows = self._find(args[0]) or Rows()
        found = _part(rows, args[2], args[1])[::-1]
        return [[ident, [*fields]] for ident, fields in found[: _count(args[3:])]]


def _bound(text: bytes) -> tuple[float, bool]:
    """Read a bound of a range of scores, and whether it is left out itself."""
    return (float(text[1:]), True) if text.startswith(b"(") else (float(text), False)


def _written(score: float) -> bytes:
    return b"%d" % score if score == score // 1 and abs(score) < 1e17 else repr(score).encode()


def _entry(ident: bytes) -> tuple[int, int]:
    ms, _, count = ident.partition(b"-")
    return int(ms), int(count or 0)


def _part(rows: Rows, first: bytes, last: bytes) -> Rows:
    low = (0, 0) if first == b"-" else _entry(first.lstrip(b"("))
    high = (1 << 62, 0) if last == b"+" else _entry(last)
    return Rows(
        row
        for row in rows
        if low <= _entry(row[0]) <= high and not (first.startswith(b"(") and _entry(row[0]) == low)
    )


def _count(options: Words) -> int | None:
    return int(options[1]) if options and options[0].upper() == b"COUNT" else None


COMMANDS: Final[dict[bytes, Callable[[Keys, Words], Answer]]] = {
    b"DEL": Keys._del,
    b"UNLINK": Keys._del,
    b"EXISTS": Keys._exists,
    b"EXPIRE": lambda keys, args: keys._expire_at(args[0], keys.now() + 1000 * int(args[1])),
    b"PEXPIRE": lambda keys, args: keys._expire_at(args[0], keys.now() + int(args[1])),
    b"EXPIREAT": lambda keys, args: keys._expire_at(args[0], 1000 * int(args[1])),
    b"PEXPIREAT": lambda keys, args: keys._expire_at(args[0], int(args[1])),
    b"PEXPIRETIME": Keys._pexpiretime,
    b"PTTL": Keys._pttl,
    b"TTL": Keys._ttl,
    b"KEYS": Keys._keys,
    b"FLUSHALL": Keys._flush,
    b"TIME": Keys._time,
    b"SET": Keys._set,
    b"GET": lambda keys, args: keys._find(args[0]),
    b"GETDEL": Keys._getdel,
    b"GETRANGE": Keys._getrange,
    b"INCR": Keys._incrby,
    b"INCRBY": Keys._incrby,
    b"MGET": lambda keys, args: [keys._find(key) for key in args],
    b"HSET": Keys._hset,
    b"HGET": lambda keys, args: keys._hash(args[0]).get(args[1]),
    b"HMGET": Keys._hmget,
    b"HGETALL": Keys._hgetall,
    b"HDEL": Keys._hdel,
    b"HLEN": lambda keys, args: len(keys._hash(args[0])),
    b"HEXISTS": lambda keys, args: int(args[1] in keys._hash(args[0])),
    b"HINCRBY": Keys._hincrby,
    b"HKEYS": lambda keys, args: [*keys._hash(args[0])],
    b"HVALS": lambda keys, args: [*keys._hash(args[0]).values()],
    b"SADD": Keys._sadd,
    b"SREM": Keys._srem,
    b"SCARD": lambda keys, args: len(keys._hash(args[0])),
    b"SMEMBERS": lambda keys, args: [*keys._hash(args[0])],
    b"SISMEMBER": lambda keys, args: int(args[1] in keys._hash(args[0])),
    b"SMISMEMBER": lambda keys, args: [int(one in keys._hash(args[0])) for one in args[1:]],
    b"ZADD": Keys._zadd,
    b"ZREM": Keys._zrem,
    b"ZCARD": lambda keys, args: len(keys._sorted(args[0]).scores),
    b"ZCOUNT": lambda keys, args: len(keys._sorted(args[0]).between(args[1], args[2])),
    b"ZRANGE": Keys._zrange,
    b"ZSCORE": Keys._zscore,
    b"XADD": Keys._xadd,
    b"XRANGE": Keys._xrange,
    b"XTRIM": Keys._xtrim,
    b"XREVRANGE": Keys._xrevrange,
    b"XLEN": lambda keys, args: len(keys._find(args[0]) or ()),
}
