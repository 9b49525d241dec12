"""One tag a command: what makes the store run on a cluster as it is."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from importlib.resources import files
from typing import Any

import pytest
from redis.crc import key_slot

from actors.accounts import Accounts, ApiKey, Ticket, User
from actors.ports import Bid, GuessLimits, Member, PinEntry, Quota, Save
from actors.store.known import RedisKnown
from actors.store.pins import RedisPins
from actors.store.quotas import RedisQuotas
from actors.store.replies import Reply
from actors.store.scripts import Call, Script, command
from actors.store.servers import Lane, Servers
from actors.store.settings import StoreSettings
from actors.store.shards import RedisShards
from actors.store.stops import RedisStops
from engine.clinic import Clinic, StaffRole
from engine.ids import SHARDS, ClinicId, UserId, VisitId, shard_of_clinic, visit_id

SETTINGS = StoreSettings(url="unix:///nowhere")
CLINICS = [ClinicId(f"clinic-{at}") for at in range(50)]
ANA = User(
    id=UserId("ana"),
    email="a@x.example",
    name="Ana",
    role=StaffRole.ADMIN,
    clinic=CLINICS[0],
    password="hash",
)
KEY = ApiKey(id="k", secret_hash="s", name="n", clinic=CLINICS[0], scopes=(), created_at=0)
TICKET = Ticket(user=ANA.id, name="Ana", role=ANA.role, clinic=CLINICS[0], credential="c")
ENTRY = PinEntry(VisitId("0001-aaaaaaaaaaaa"), "shared", 0, 0, 1)


class SpansTags(AssertionError):
    """A command touches keys of two tags, or a key that it does not declare."""


def check(call: Call) -> None:
    """Refuse a command whose keys do not all lie in one slot."""
    if call.keys and len({key_slot(key) for key in call.keys}) != 1:
        raise SpansTags(call.keys)
    if any(b"{" not in key or b"}" not in key for key in call.keys):
        raise SpansTags(call.keys)
    if not set(call.keys) <= set(call.words):
        raise SpansTags(call.keys)


class Recorder(Servers):
    """Servers that answer nothing well, and look at every command on its way."""

    def __init__(self, answers: Iterable[Reply] = ()) -> None:
        super().__init__(SETTINGS)
        self.calls: list[Call] = []
        self._answers = list(answers)

    async def open(self) -> None:
        """There is nothing to reach."""

    async def run(self, calls: Any, lane: Lane) -> list[Reply]:
        """Record the commands and answer with what was put ready, or an empty list."""
        for call in calls:
            check(call)
        self.calls.extend(calls)
        return [self._answers.pop(0) if self._answers else [] for _ in calls]


def save(clinic: ClinicId) -> Save:
    """A save of a clinic's visit, with rows."""
    shard = shard_of_clinic(clinic)
    return Save(
        shard=shard,
        epoch=1,
        visit=visit_id(shard, "aaaaaaaaaaaa"),
        clinic=clinic,
        version=1,
        save_id="s",
        body=b"",
        start=0,
        due=0,
        audit=(b"a",),
    )


def shards(*answers: Reply) -> tuple[Recorder, RedisShards]:
    """The shards' store over a recorder."""
    recorder = Recorder(answers)
    return recorder, RedisShards(recorder, SETTINGS)


HEAD = b"1 s clinic-0"
SHARD_CALLS: list[tuple[str, list[Any], Callable[[RedisShards], Awaitable[object]]]] = [
    ("open", [b"1", []], lambda store: store.open()),
    ("renew", [1, [], [b"m"], 1, None], lambda store: store.renew(Member(node="n", incarnation="i"), 1)),
    ("release", [1, 1], lambda store: store.release("n", "i")),
    ("survey", [*[[b"1", b"x", b"m"]] * SHARDS, None], lambda store: store.survey(range(SHARDS))),
    (
        "claim",
        [[2, b"i", 0]] * SHARDS,
        lambda store: store.claim([Bid(shard, 1) for shard in range(SHARDS)], "n", "i"),
    ),
    ("let_go", [1] * SHARDS, lambda store: store.let_go(dict.fromkeys(range(SHARDS), 1), "i")),
    (
        "heads",
        [[], [], b"1 s c", b""],
        lambda store: store.heads(7, [visit_id(7, "aaaaaaaaaaaa"), visit_id(7, "bbbbbbbbbbbb")]),
    ),
    ("load", [[], []], lambda store: store.load(7)),
    ("clinic", [None], lambda store: store.clinic(7, CLINICS[0])),
    ("read", [None] * 2, lambda store: store.read([save(clinic).visit for clinic in CLINICS[:2]])),
    ("save", [1] * len(CLINICS), lambda store: store.save([save(clinic) for clinic in CLINICS])),
    ("save_clinic", [1], lambda store: store.save_clinic(7, 1, CLINICS[0], b"")),
    ("day", [], lambda store: store.day(7, CLINICS[0], 0, 1)),
    ("forget", [HEAD, 1], lambda store: store.forget(7, 1, [save(CLINICS[0]).visit])),
]


@pytest.mark.parametrize(
    ("answers", "ask"), [one[1:] for one in SHARD_CALLS], ids=[one[0] for one in SHARD_CALLS]
)
async def test_every_call_on_shards_keeps_to_one_tag(
    answers: list[Reply], ask: Callable[[RedisShards], Awaitable[object]]
) -> None:
    """Whatever the clinic, visit and shard."""
    recorder, store = shards(*answers)
    await ask(store)
    assert recorder.calls


PIN_CALLS: list[tuple[list[Reply], Callable[[RedisPins], Awaitable[object]]]] = [
    ([1], lambda pins: pins.reserve("+1", "h", ENTRY, 1)),
    ([1], lambda pins: pins.move("+1", "h", 0, 1, 2)),
    ([1], lambda pins: pins.sweep("+1")),
    ([[b"", 0, 0, 0, 0, 0, 0]], lambda pins: pins.look("+1", "h", "c", "k")),
    ([[b"", 0, 0, 0, 0, 0, 0]], lambda pins: pins.guess("+1", ["h"], "c", "k", GuessLimits(1, 1))),
    ([[0, 0, 0, 0]], lambda pins: pins.count("+1", "c", "k", space=True, caller=True)),
]


@pytest.mark.parametrize(
    ("answers", "ask"), PIN_CALLS, ids=["reserve", "move", "sweep", "look", "guess", "count"]
)
async def test_every_call_on_pins_keeps_to_one_tag(
    answers: list[Reply], ask: Callable[[RedisPins], Awaitable[object]]
) -> None:
    """A dial-in number's keys lie together, whichever node holds the visit."""
    recorder = Recorder(answers)
    await ask(RedisPins(recorder))
    assert recorder.calls


BAY, ANN = (Clinic(id=one, name="A clinic", dial_in=("+1", "+2")) for one in CLINICS[:2])
OUTREACH_CALLS: dict[str, tuple[list[Reply], Callable[[Recorder], Awaitable[object]]]] = {
    "spend": ([1], lambda servers: RedisQuotas(servers).spend(7, [Quota("a", 1, 2), Quota("b", 1, 2)])),
    "text": ([1], lambda servers: RedisQuotas(servers).text(5)),
    "texts": ([b"5"], lambda servers: RedisQuotas(servers).texts()),
    "stop": ([1], lambda servers: RedisStops(servers, hashed).stop(CLINICS[0], "+1")),
    "start": ([1], lambda servers: RedisStops(servers, hashed).start(CLINICS[0], "+1")),
    "add": ([1, 1, 1, 1], lambda servers: RedisKnown(servers).add([BAY, ANN])),
    "gave_up": ([1, 1], lambda servers: RedisKnown(servers).gave_up(CLINICS[0], ["+1", "+2"])),
    "phones": ([[b"555"]], lambda servers: RedisKnown(servers).phones("+1")),
    "has_number": ([1], lambda servers: RedisKnown(servers).has_number("+1")),
    "clinics": ([[b"c"]], lambda servers: RedisKnown(servers).clinics()),
    "stopped": ([[0, 1], 1], lambda servers: RedisStops(servers, hashed).stopped(CLINICS[0], "+1")),
}


def hashed(kind: str, clinic: str, value: str) -> tuple[str, ...]:
    """Stand in for the keyed hashes of a pepper with two keys."""
    return f"new {kind} {clinic} {value}", f"old {kind} {clinic} {value}"


@pytest.mark.parametrize("name", OUTREACH_CALLS)
async def test_every_call_on_what_concerns_many_clinics_keeps_to_one_tag(name: str) -> None:
    """A clinic's are with its shard; the whole deployment's are tags of their own."""
    answers, ask = OUTREACH_CALLS[name]
    recorder = Recorder(answers)
    await ask(recorder)
    assert recorder.calls


ACCOUNT_CALLS: dict[str, tuple[list[Reply], Callable[[Accounts], Awaitable[object]]]] = {
    "add_user": ([b"OK", b"ana"], lambda accounts: accounts.add_user(ANA)),
    "remove_user": ([1, 1, 1, 1, [b"s"]], lambda accounts: accounts.remove_user(ANA)),
    "user_by_email": ([b"ana", None], lambda accounts: accounts.user_by_email("a@x.example")),
    "staff": ([[b"ana", b"ben"], None, None], lambda accounts: accounts.staff(CLINICS[0])),
    "open_session": ([1], lambda accounts: accounts.open_session(ANA.id, "s")),
    "session": ([None], lambda accounts: accounts.session(ANA.id, "s")),
    "session_stands": ([None, 1], lambda accounts: accounts.session_stands(ANA.id, "s")),
    "give_welcome": ([b"OK"], lambda accounts: accounts.give_welcome(ANA.id, "w", 1)),
    "welcome": ([b"w 1"], lambda accounts: accounts.welcome(ANA.id)),
    "take_welcome": ([1], lambda accounts: accounts.take_welcome(ANA.id, "w", 1)),
    "withdraw_welcome": ([1], lambda accounts: accounts.withdraw_welcome(ANA.id)),
    "close_session": ([[b"s"]], lambda accounts: accounts.close_session(ANA.id, "s")),
    "close_sessions": ([[b"s"]], lambda accounts: accounts.close_sessions(ANA.id)),
    "add_api_key": ([], lambda accounts: accounts.add_api_key(KEY)),
    "api_key": ([None], lambda accounts: accounts.api_key("k", "s")),
    "api_keys": ([[b"k"], None], lambda accounts: accounts.api_keys(CLINICS[0])),
    "remove_api_key": ([1], lambda accounts: accounts.remove_api_key(CLINICS[0], "k")),
    "give_ticket": ([], lambda accounts: accounts.give_ticket("t", TICKET)),
    "take_ticket": ([None], lambda accounts: accounts.take_ticket("t")),
    "try_sign_in": ([0, 0], lambda accounts: accounts.try_sign_in("a", "b")),
    "sign_in_worked": ([], lambda accounts: accounts.sign_in_worked("a", "b")),
}


@pytest.mark.parametrize("name", ACCOUNT_CALLS)
async def test_every_call_on_accounts_keeps_to_one_tag(name: str) -> None:
    """Each user, session, key and ticket is a tag of its own."""
    answers, ask = ACCOUNT_CALLS[name]
    recorder = Recorder(answers)
    await ask(Accounts(recorder))
    assert recorder.calls


def test_a_command_over_two_tags_is_refused() -> None:
    """The check above can fail."""
    with pytest.raises(SpansTags):
        check(Script("renew").call((b"{s0001}:owner", b"{s0002}:owner")))
    with pytest.raises(SpansTags):
        check(command(b"GET", b"untagged"))


SOURCES = {
    one.name: one.read_text() for one in (files("actors") / "lua").iterdir() if one.name.endswith(".lua")
}


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_script_touches_only_keys_that_it_was_given(name: str) -> None:
    """A key made up inside a script would be looked for on the wrong server of a cluster."""
    touched = re.findall(r"redis\.call\(\s*'(\w+)'(?:,\s*([^,)]+))?", SOURCES[name])
    assert touched
    for verb, first in touched:
        assert verb == "TIME" or re.fullmatch(r"KEYS\[\d\]", first.strip()), f"{verb} {first}"


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_script_draws_nothing_at_random(name: str) -> None:
    """What a script did can be told from its arguments and the store's time."""
    assert "random" not in SOURCES[name].lower()
