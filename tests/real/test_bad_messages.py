"""What is no message of ours: each is refused with its code or close, and everybody else's call goes on."""

import pytest

from tests.real.websocket.peer import BINARY, TEXT, client_frame
from tests.support.client import WireClient, packed, refusal
from tests.support.node import House
from tests.support.talk import Talk

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("others")]

SPELLINGS = pytest.mark.parametrize("text", [False, True], ids=["msgpack", "json"])

NOT_UNDERSTOOD: list[object] = [
    {"t": "no.such.message", "id": 700},
    {"t": "rename", "id": 700},
    {"t": "rename", "id": 700, "op": "x", "seat": 5, "name": "X"},
    {"t": "rename", "id": 700, "op": "x", "seat": "s", "name": ["X"]},
    {"t": "extend", "id": 700, "op": "x", "minutes": "5"},
    {"t": "extend", "id": 700, "op": "x", "minutes": 5.5},
    {"t": "extend", "id": 700, "op": "x", "minutes": -5},
    {"t": "extend", "id": 700, "op": "x", "minutes": 10**9},
    {"t": "lock", "id": 700, "op": "", "on": True},
    {"t": "lock", "id": 700, "op": "x" * 41, "on": True},
    {"t": "lock", "id": 700, "op": "x", "on": 1},
    {"t": "lock", "id": 700, "op": None, "on": True},
    {"t": "ok", "id": 700},
    {"t": "ready", "id": 700},
]
"""Messages with an id that can be read, but nothing else that we would do."""

NAMELESS: list[object] = [
    {"t": "leave"},
    {"t": "leave", "id": 0},
    {"t": "leave", "id": -1},
    {"t": "leave", "id": 2**32},
    {"t": "leave", "id": "7"},
    {"t": "leave", "id": True},
    {"id": 700, "no": "t"},
    {"t": 5},
    {},
    [],
    [1, {"t": "leave", "id": 1}],
    "leave",
    7,
    None,
    True,
]
"""Values in which there is no id to answer to, or which are no message at all."""


@SPELLINGS
async def test_a_message_that_is_not_understood_is_answered_by_its_id(here: House, text: bool) -> None:
    """`bad_message` to that request; the connection goes on."""
    visit = await here.plan()
    guest = await here.guest(visit, text=text)
    for message in NOT_UNDERSTOOD:
        since = guest.mark()
        await guest.say(message)
        answer = await guest.wait_for("error", id=700, since=since)
        assert answer["code"] == "bad_message", message
        await guest.round_trip()


@SPELLINGS
async def test_what_has_no_id_is_answered_to_nobody_in_particular(here: House, text: bool) -> None:
    """`bad_message` with id 0 (or the one that could be read); one good message in between and it goes on."""
    visit = await here.plan()
    guest = await here.guest(visit, text=text)
    for value in NAMELESS:
        since = guest.mark()
        await guest.say(value)
        assert (await guest.wait_for("error", since=since))["code"] == "bad_message", value
        await guest.round_trip()


@SPELLINGS
async def test_three_messages_in_a_row_that_are_not_understood_end_the_connection(
    here: House, text: bool
) -> None:
    """After the third: 4001, and who sent them is lost, not the visit."""
    visit = await here.plan()
    provider, guest = await here.provider(visit), await here.guest(visit, text=text)
    for _ in range(3):
        await guest.say({"t": "no.such.message"})
    assert await guest.closed() == 4001
    assert [it["code"] for it in guest.named("error")] == ["bad_message"] * 3
    await provider.wait_for("seat", seat__seat=guest.seat, seat__link="lost")
    assert (await here.back(guest)).ready["standing"] == "in"


BROKEN_MSGPACK = [
    b"",
    b"\xc1",
    b"\x81\xa1t",
    b"\xdf\xff\xff\xff\xff",
    b"\xdd\xff\xff\xff\xff",
    b"\xc9\xff\xff\xff\xff\x00",
    packed({"t": "leave", "id": 1}) + b"\x00",
    packed({"t": b"leave", "id": 1}),
    b"\x82\xa1t\xd4\x05x\xa2id\x01",
    b"\x82\xa1t\xa5leave\xa2id\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00",
    b"\x82\xa1t\xa5\xff\xfe\xfd\xfc\xfb\xa2id\x01",
    b"\x91" * 60_000,
    b"\x82\xa1t\xa5leave\xa1x" + b"\x91" * 50_000 + b"\x01",
]
BROKEN_JSON = [
    b"",
    b"{",
    b"\xef\xbb\xbf{}",
    b'{"t":"leave","id":1}{}',
    b'{"t":"leave","id":NaN}',
    b'{"t":"leave","id":1e999}',
    b'{"t":"leave","id":1,"x":"\\ud800"}',
    b"[" * 60_000,
    b'{"t":"leave","x":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    b'{"t":"leave","x":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}",
    b"9" * 60_000,
]


@SPELLINGS
async def test_broken_bytes_and_deep_nesting_are_refused(here: House, text: bool) -> None:
    """Each is `bad_message`, whatever it would have been; a sound message in between, and it goes on."""
    visit = await here.plan()
    guest = await here.guest(visit, text=text)
    for data in BROKEN_JSON if text else BROKEN_MSGPACK:
        since = guest.mark()
        await guest.socket.send(data.decode() if text else data)
        assert (await guest.wait_for("error", since=since))["code"] == "bad_message", data[:60]
        await guest.round_trip()


@SPELLINGS
async def test_three_broken_messages_in_a_row_close_with_1007(here: House, text: bool) -> None:
    """What is not even JSON or MessagePack has a close code of its own."""
    guest = await here.guest(await here.plan(), text=text)
    for _ in range(3):
        await guest.socket.send("{" if text else b"\xc1")
    assert await guest.closed() == 1007


@pytest.mark.parametrize("text", [False, True])
async def test_70_kilobytes_close_with_1009(here: House, text: bool) -> None:
    """The limit is 64 KiB a message, in one frame or in many."""
    visit = await here.plan()
    provider = await here.provider(visit)
    guest = await here.guest(visit, text=text)
    await guest.tell("signal", to=provider.seat, data="x" * 70_000)
    assert await guest.closed() == 1009
    await provider.wait_for("seat", seat__seat=guest.seat, seat__link="lost")
    assert not provider.named("relayed")
    again = await here.back(guest)
    many = [b"x" * 10_000] * 7
    await again.socket.send(many)
    assert await again.closed() == 1009


async def test_the_largest_signal_that_is_allowed_arrives(here: House) -> None:
    """60,000 letters, whole."""
    visit = await here.plan()
    provider, guest = await here.provider(visit), await here.guest(visit)
    await guest.tell("signal", to=provider.seat, data="x" * 60_000)
    assert len((await provider.wait_for("relayed"))["data"]) == 60_000
    await guest.tell("signal", to=provider.seat, data="x" * 60_001)
    await guest.wait_for("error", code="bad_message")
    assert len(provider.named("relayed")) == 1


def _raw(client: WireClient, data: bytes) -> None:
    client.socket.transport.write(data)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (client_frame(TEXT, b"\xff\xfe{"), 1007),
        (client_frame(TEXT, b"\xed\xa0\x80"), 1007),
        (client_frame(BINARY, b"{}"), 1003),
        (client_frame(TEXT, b"{}", rsv=4), 1002),
        (client_frame(3, b"{}"), 1002),
        (b"\x81\x02{}", 1002),
        (client_frame(9, b"x" * 126), 1002),
        (b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff", 1002),
    ],
    ids=["bad UTF-8", "surrogate", "binary", "RSV bit", "opcode 3", "unmasked", "long ping", "2^64 bytes"],
)
async def test_frames_that_break_the_rules_close_with_their_code(here: House, data: bytes, code: int) -> None:
    """RFC 6455: 1002, 1003 or 1007; the seat is kept."""
    visit = await here.plan()
    provider, guest = await here.provider(visit), await here.guest(visit, text=True)
    _raw(guest, data)
    assert await guest.closed() in ({code, 1009} if data.startswith(b"\x81\xff") else {code})
    await provider.wait_for("seat", seat__seat=guest.seat, seat__link="lost", seat__standing="in")


async def test_text_on_msgpack_closes_with_1003(here: House) -> None:
    """The frame's type belongs to the subprotocol."""
    guest = await here.guest(await here.plan())
    await guest.socket.send('{"t":"leave","id":9}')
    assert await guest.closed() == 1003


@SPELLINGS
async def test_whoever_does_not_say_hello_first_is_refused(here: House, text: bool) -> None:
    """`hello_first` and 4001."""
    await here.plan()
    client = await here.open(text=text)
    assert await refusal(client.ask("get.ice")) == "hello_first"
    assert await client.closed() == 4001


async def test_a_second_hello_changes_nothing(here: House) -> None:
    """`bad_message`; the seat is as it was."""
    visit = await here.plan()
    provider, guest = await here.provider(visit), await here.guest(visit)
    again = guest.ask("hello.link", token=here.guest_token(visit), name="Second", page="p")
    assert await refusal(again) == "bad_message"
    await Talk(provider, guest).goes_on()
    assert len({it["seat"]["seat"] for it in provider.named("seat")}) == 1


async def test_an_id_in_use_is_not_answered_twice(here: House) -> None:
    """The one answer with this id is the first request's; the second gets an error without an id."""
    visit = await here.plan()
    provider = await here.provider(visit)
    guest = await here.guest(visit)
    frames = [
        client_frame(BINARY, packed({"t": "rename", "id": 9, "op": op, "seat": guest.seat, "name": op}))
        for op in ("First", "Second")
    ]
    _raw(provider, b"".join(frames))
    await provider.wait_for("error", id=0, code="bad_message")
    assert (await provider.answer(9))["t"] == "ok"
    await guest.wait_for("you", name="First")
    await guest.round_trip()
    assert not [it for it in guest.named("you") if it.get("name") == "Second"]


async def test_unknown_fields_are_ignored(here: House) -> None:
    """A newer client is understood, whatever it says on top."""
    visit = await here.plan()
    await here.provider(visit)
    guest = await here.guest(visit, future={"a": [1, {"b": None}]}, more=1.5)
    await guest.ask("get.ice", also=[[[]]])
