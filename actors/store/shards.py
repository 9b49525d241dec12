"""Shards and visits in the store: leases, claims, loads, and saves in groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from actors.ports import (
    Bid,
    Claim,
    Heads,
    LeaseTaken,
    Member,
    Owner,
    Renewal,
    Save,
    SaveResult,
    ShardContents,
    StoreDown,
    StoredVisit,
    Survey,
    WrongDataVersion,
)
from actors.store import leases
from actors.store.reading import integer, items, optional, string, text
from actors.store.replies import NOT_DONE, Fault, Reply
from actors.store.scripts import Call, Script, command
from actors.store.servers import Servers
from actors.store.settings import StoreSettings
from engine.ids import ClinicId, Instant, VisitId, shard_of_visit

DATA_VERSION: Final = 1
"""The version of everything stored: keys, heads and rows. A node refuses to open data of a newer one."""
LOAD_AT_ONCE: Final = 200
"""How many visits are read in one pipeline, so that no answer takes long."""
SAVE_ID_BYTES: Final = 40
HEAD_BYTES: Final = 79
"""Where a version and a save id end at the latest, in a stored visit."""
FEED_AT_ONCE: Final = 10_000
"""How many revocations one renewal reads at most; further ones come with the next."""

FEED: Final = b"{revoked}:feed"
_VERSION: Final = b"{meta}:version"
_SAVE: Final = Script("save")
_SAVE_CLINIC: Final = Script("save_clinic")
_FORGET: Final = Script("forget")
_CLAIM: Final = Script("claim")
_LET_GO: Final = Script("let_go")
_ADOPT: Final = Script("adopt")

_SAVED: Final[dict[Reply, SaveResult]] = {1: "ok", 2: "stale", 3: "late", 4: "conflict"}


class _Keys(NamedTuple):
    """A shard's keys."""

    owner: bytes
    due: bytes
    clinics: bytes
    audit: bytes
    visit: bytes
    day: bytes


@cache
def _keys(shard: int) -> _Keys:
    tag = b"{s%04d}:" % shard
    return _Keys(*(tag + part for part in (b"owner", b"due", b"clinics", b"audit", b"v:", b"day:")))


class RedisShards:
    """The ShardStore on Redis or Valkey.

    `purged` is called when a visit that is over was saved, or an old one forgotten: the append-only file must
    be rewritten soon.
    """

    def __init__(
        self, servers: Servers, settings: StoreSettings, purged: Callable[[], None] = lambda: None
    ) -> None:
        self._servers = servers
        self._purged = purged
        self._audit_kept = b"%d" % settings.audit_kept_ms
        self._feed_read = b"0-0"
        self._renewed = ""
        """The incarnation that has renewed its lease here before."""
        self._nodes: set[str] = set()
        """The names of the nodes that may live."""

    # ------------------------------------------------------------ life

    async def data_version(self) -> int:
        """Read the version of what is stored; 0 when nothing is. Raises StoreDown."""
        return int(optional(await self._servers.ask(command(b"GET", _VERSION))) or 0)

    async def open(self) -> None:
        """Connect and check the data's version. Raises StoreDown and WrongDataVersion."""
        await self._servers.open()
        stored = int(text(await self._servers.ask(_ADOPT.call((_VERSION,), DATA_VERSION))))
        if stored > DATA_VERSION:
            raise WrongDataVersion(
                f"the store's data has version {stored}, this release knows {DATA_VERSION}"
            )
        newest = items(await self._servers.ask(command(b"XREVRANGE", FEED, b"+", b"-", b"COUNT", 1)))
        self._feed_read = _entry_id(newest[0]) if newest else b"0-0"

    async def close(self) -> None:
        """Disconnect; may be called again."""
        await self._servers.close()

    def on_replaced(self, told: Callable[[], None]) -> None:
        """Say who is told when another server, or another run of one, answers."""
        self._servers.replaced = told

    async def renew(self, member: Member, lease: int) -> Renewal:
        """Renew this node's lease for `lease` ms; read the store's TIME, what was revoked since, and the
        nodes whose leases stand. Raises LeaseTaken.
        """
        new = self._renewed != member.incarnation
        own, others = leases.renewal(member, lease, new=new), self._nodes - {member.node}
        now, feed, names, *found = await self._servers.ask_all(
            (
                own,
                command(b"XRANGE", FEED, b"(" + self._feed_read, b"+", b"COUNT", FEED_AT_ONCE),
                leases.names(),
                *(leases.lease_of(node) for node in sorted(others)),
            )
        )
        if not integer(now):
            raise LeaseTaken(f"another process runs as {member.node} now")
        self._renewed = member.incarnation
        standing = leases.standing(sorted(others), found)
        standing |= await self._met(member, {text(name) for name in items(names)})
        entries = items(feed)
        if entries:
            self._feed_read = _entry_id(entries[-1])
        members = sorted((member, *standing.values()), key=lambda one: one.node)
        skews = tuple(one.ahead for one in standing.values() if one.ahead is not None)
        return Renewal(integer(now), tuple(_revoked(entry) for entry in entries), tuple(members), skews)

    async def _met(self, member: Member, names: set[str]) -> dict[str, Member]:
        """Read the leases of nodes that were never heard of before, and make our own name known."""
        if member.node not in names:
            await self._servers.ask(leases.make_known(member.node))
        new = sorted(names - self._nodes - {member.node})
        self._nodes = names
        return await self._leases(new)

    async def release(self, node: str, incarnation: str) -> None:
        """Give this node's lease up at a clean stop, so that its shards can be claimed at once."""
        if integer(await self._servers.ask(leases.given_up(node, incarnation))):
            await self._servers.ask(leases.make_unknown(node))

    async def survey(self, shards: Sequence[int]) -> Survey:
        """Read who owns shards, and then the leases of those nodes."""
        replies = await self._servers.ask_all([_read_owner(shard) for shard in shards])
        owners = [_owner(shard, reply) for shard, reply in zip(shards, replies, strict=True)]
        return Survey(owners, await self._leases(sorted({owner.node for owner in owners} - {""})))

    async def _leases(self, nodes: Sequence[str]) -> dict[str, Member]:
        replies = await self._servers.ask_all([leases.lease_of(node) for node in nodes])
        return leases.standing(nodes, replies)

    async def claim(self, bids: Sequence[Bid], node: str, incarnation: str) -> list[Claim]:
        """Claim shards in one pipeline. Renew the lease first."""
        replies = await self._servers.ask_all([_claim(bid, incarnation, node) for bid in bids])
        claims: list[Claim] = []
        for bid, reply in zip(bids, replies, strict=True):
            epoch, holder, live = items(reply)
            claims.append(Claim(bid.shard, integer(epoch), text(holder), integer(live)))
        return claims

    async def let_go(self, held: Mapping[int, int], incarnation: str) -> None:
        """Give shards up at the epochs at which they are held; the epochs stay."""
        await self._servers.ask_all(
            [_LET_GO.call((_keys(shard).owner,), epoch, incarnation) for shard, epoch in held.items()]
        )

    # ------------------------------------------------------------ reading

    async def clinic(self, shard: int, clinic: ClinicId) -> bytes | None:
        """Read a clinic's settings as they are saved."""
        return optional(await self._servers.ask(command(b"HGET", _keys(shard).clinics, clinic)))

    async def load(self, shard: int) -> ShardContents:
        """Read a shard's clinics and the visits that are not settled."""
        keys = _keys(shard)
        clinics, due = await self._servers.ask_all(
            (command(b"HGETALL", keys.clinics), command(b"ZRANGE", keys.due, 0, -1))
        )
        visits = [VisitId(text(member)) for member in items(due)]
        stored: list[StoredVisit] = []
        for first in range(0, len(visits), LOAD_AT_ONCE):
            stored.extend(
                one for one in await self.read(visits[first : first + LOAD_AT_ONCE]) if one is not None
            )
        return ShardContents(_documents(clinics), stored)

    async def heads(self, shard: int, visits: Sequence[VisitId]) -> Heads:
        """Read how far a shard is: its clinics, what is not settled, and these visits' versions."""
        keys = _keys(shard)
        clinics, due, *heads = await self._servers.ask_all(
            (
                command(b"HGETALL", keys.clinics),
                command(b"ZRANGE", keys.due, 0, -1),
                *(command(b"GETRANGE", keys.visit + visit.encode(), 0, HEAD_BYTES) for visit in visits),
            ),
            "save",
        )
        return Heads(
            _documents(clinics),
            frozenset(VisitId(text(member)) for member in items(due)),
            {visit: _head(string(head)) for visit, head in zip(visits, heads, strict=True)},
        )

    async def read(self, visits: Sequence[VisitId]) -> list[StoredVisit | None]:
        """Read visits, also those that are over. No save sent before takes effect after this read."""
        replies = await self._servers.ask_all(
            [command(b"GET", _visit_key(visit)) for visit in visits], lane="save"
        )
        return [_stored(visit, optional(reply)) for visit, reply in zip(visits, replies, strict=True)]

    async def day(
        self, shard: int, clinic: ClinicId, start: Instant, end: Instant, at_most: int = 0
    ) -> list[VisitId]:
        """The visits of a clinic that start in [start, end), in the order of their starts; only the first
        ones if told how many.
        """
        key = _keys(shard).day + clinic.encode()
        bound = (b"LIMIT", 0, at_most) if at_most else ()
        reply = await self._servers.ask(command(b"ZRANGE", key, start, b"(%d" % end, b"BYSCORE", *bound))
        return [VisitId(text(member)) for member in items(reply)]

    # ------------------------------------------------------------ writing

    async def save(self, saves: Sequence[Save]) -> list[SaveResult]:
        """Write a batch in one pipeline, each for itself. Raises StoreDown only if nothing was written."""
        replies = await self._servers.run([self._save(save) for save in saves], "save")
        if replies and all(type(reply) is Fault and reply.kind in NOT_DONE for reply in replies):
            raise StoreDown("no save was carried out: the store is away or refuses writes")
        results: list[SaveResult] = [
            "unknown" if type(reply) is Fault else _SAVED[reply] for reply in replies
        ]
        if any(
            save.purged and result in ("ok", "unknown") for save, result in zip(saves, results, strict=True)
        ):
            self._purged()
        return results

    def _save(self, save: Save) -> Call:
        save_id, clinic = save.save_id, save.clinic.encode()
        if not save_id or len(save_id) > SAVE_ID_BYTES or " " in save_id:
            raise ValueError(f"a save's id has 1 to {SAVE_ID_BYTES} characters and no space: {save_id!r}")
        keys, visit = _keys(save.shard), save.visit.encode()
        return _SAVE.call(
            (keys.owner, keys.visit + visit, keys.due, keys.day + clinic, keys.audit),
            save.epoch,
            save.version,
            save_id,
            b"%d %b %b\n%b" % (save.version, save_id.encode(), clinic, save.body),
            visit,
            save.start if save.timed else b"",
            b"" if save.due is None else save.due,
            save.lapses_at,
            b"1" if save.over else b"0",
            self._audit_kept,
            *save.audit,
        )

    async def save_clinic(self, shard: int, epoch: int, clinic: ClinicId, body: bytes) -> SaveResult:
        """Write a clinic's document."""
        keys = _keys(shard)
        call = _SAVE_CLINIC.call((keys.owner, keys.clinics), epoch, clinic, body)
        return self._written((await self._servers.run((call,), "save"))[0])

    async def forget(self, shard: int, epoch: int, visits: Sequence[VisitId]) -> None:
        """Drop visits past their retention, unless another epoch owns the shard now. Raises StoreDown."""
        keys = _keys(shard)
        heads = await self._servers.ask_all(
            [command(b"GETRANGE", keys.visit + visit.encode(), 0, 255) for visit in visits], "save"
        )
        calls = [
            _FORGET.call(
                (
                    keys.owner,
                    keys.visit + visit.encode(),
                    keys.due,
                    keys.day + _clinic_of(optional(head) or b""),
                ),
                epoch,
                visit,
            )
            for visit, head in zip(visits, heads, strict=True)
            if head
        ]
        await self._servers.ask_all(calls, "save")
        if calls:
            self._purged()

    def _written(self, reply: Reply) -> SaveResult:
        if type(reply) is Fault:
            if reply.kind in NOT_DONE:
                raise StoreDown("the store is away or refuses writes")
            return "unknown"
        return _SAVED[reply]


def _owner(shard: int, reply: Reply) -> Owner:
    epoch, incarnation, node = items(reply)
    return Owner(
        shard,
        int(optional(epoch) or 0),
        (optional(incarnation) or b"").decode(),
        (optional(node) or b"").decode(),
    )


@cache
def _read_owner(shard: int) -> Call:
    return command(b"HMGET", _keys(shard).owner, b"epoch", b"incarnation", b"node")


def _claim(bid: Bid, incarnation: str, node: str) -> Call:
    keys = _keys(bid.shard)
    return _CLAIM.call((keys.owner, keys.due, keys.clinics), bid.seen, incarnation, node, bid.above)


def _documents(reply: Reply) -> dict[ClinicId, bytes]:
    flat = items(reply)
    return {ClinicId(text(one)): string(body) for one, body in zip(flat[::2], flat[1::2], strict=True)}


def _head(value: bytes) -> tuple[int, str] | None:
    """Read the version and the save id off the beginning of a stored value."""
    if not value:
        return None
    version, save_id, _ = value.split(b" ", 2)
    return int(version), save_id.decode()


def _visit_key(visit: VisitId) -> bytes:
    shard = shard_of_visit(visit)
    if shard is None:
        raise ValueError(f"not a visit's id: {visit!r}")
    return _keys(shard).visit + visit.encode()


def _stored(visit: VisitId, value: bytes | None) -> StoredVisit | None:
    """Take a stored value apart: `version save_id clinic`, a line's end, and the body."""
    if value is None:
        return None
    head, _, body = value.partition(b"\n")
    version, save_id, _ = head.split(b" ", 2)
    return StoredVisit(visit, int(version), save_id.decode(), body)


def _clinic_of(value: bytes) -> bytes:
    return value.partition(b"\n")[0].split(b" ", 2)[2]


def _entry_id(entry: Reply) -> bytes:
    return string(items(entry)[0])


def _revoked(entry: Reply) -> str:
    _, fields = items(entry)
    return text(items(fields)[1])
