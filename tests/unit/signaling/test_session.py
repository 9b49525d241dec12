"""One connection's conversation, told as stories of Alice the provider and Bob the guest."""

import json
from collections.abc import Sequence
from typing import Any, get_args

import msgpack  # type: ignore[import-untyped]  # ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.refusals import SENTENCES
from signaling import messages as wire
from signaling.codec import JSON, MSGPACK, Codec, Encoded
from signaling.codes import MAX_MALFORMED, MAX_OUTSTANDING, Close
from signaling.schema import examples
from signaling.schema.examples import CLIENT, SERVER
from signaling.session import Kind, Phase, Reply, Session
from tests.unit.signaling import strategies

LINK, SEAT, STAFF, PHONE, BRIDGE = CLIENT[:5]
READY = next(message for message in SERVER if isinstance(message, wire.Ready))
READY_STAFF = next(message for message in SERVER if isinstance(message, wire.ReadyStaff))
READY_PHONE = next(message for message in SERVER if isinstance(message, wire.ReadyPhone))
READY_BRIDGE = next(message for message in SERVER if isinstance(message, wire.ReadyBridge))
WELCOME = {
    Kind.SEAT: (LINK, READY),
    Kind.DASHBOARD: (STAFF, READY_STAFF),
    Kind.PHONE: (PHONE, READY_PHONE),
    Kind.BRIDGE: (BRIDGE, READY_BRIDGE),
}
RUNNING = ["get.panel", "admit", "deny", "remove", "rename", "ask.mute", "lock", "extend", "complete"]
RUNNING += ["invite", "resend", "revoke"]
MAY = {
    Kind.SEAT: {"signal", "media", "quality", "ice.report", "leave", "get.ice", *RUNNING},
    Kind.DASHBOARD: {"watch.board", "watch.visit", "unwatch.visit", *RUNNING},
    Kind.PHONE: {"digits", "media", "leave"},
    Kind.BRIDGE: {"signal", "get.ice", "take.leg"},
}


def say(session: Session, *messages: wire.Message | dict[str, Any]) -> wire.FromClient | Reply | None:
    """Let the client say something, and give what the session makes of the last of it."""
    found: wire.FromClient | Reply | None = None
    for message in messages:
        if isinstance(message, wire.Message):
            data = session.codec.encode(message)
        else:
            data = json.dumps(message).encode() if session.codec.text else msgpack.packb(message)
        found = session.receive(data, session.codec.text)
    return found


def heard(session: Session, reply: object) -> dict[str, Any]:
    """Read what the client gets."""
    assert isinstance(reply, Reply), reply
    found: dict[str, Any] = json.loads(reply.data) if session.codec.text else msgpack.unpackb(reply.data)
    return found


def refusal(session: Session, reply: object, *, close: Close | None = None) -> tuple[str, int]:
    """Read a refusal's code and id; its sentence must be the code's, and the connection end as expected."""
    error = heard(session, reply)
    assert isinstance(reply, Reply)
    assert error["t"] == "error"
    assert error["message"] == SENTENCES[error["code"]]
    assert reply.close is close
    return error["code"], error["id"]


@pytest.fixture(params=[MSGPACK, JSON], ids=lambda codec: codec.subprotocol.name)
def codec(request: pytest.FixtureRequest) -> Codec:
    """Every story is told in both spellings."""
    found: Codec = request.param
    return found


@pytest.fixture
def opened(codec: Codec) -> Session:
    """A connection on which nothing has been said."""
    return Session(codec)


def greeted(codec: Codec, kind: Kind = Kind.SEAT) -> Session:
    """A connection that said hello and was made ready."""
    session = Session(codec)
    hello, welcome = WELCOME[kind]
    say(session, hello)
    session.answer(welcome)
    return session


# ---------------------------------------------------------------- hello


def test_bob_joins(opened: Session) -> None:
    """Hello goes to the host as it is; its answer makes the connection ready."""
    assert say(opened, LINK) == LINK
    assert opened.phase is Phase.GREETING
    reply = opened.answer(READY)
    assert heard(opened, reply)["seat"] == READY.seat
    assert reply.close is None
    assert (opened.phase, opened.kind) == (Phase.READY, Kind.SEAT)


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.name)
def test_the_answer_to_hello_says_who_is_there(codec: Codec, kind: Kind) -> None:
    """The same ticket's hello may open a seat or a dashboard; the host's answer decides."""
    assert greeted(codec, kind).kind is kind


def test_bobs_link_is_over(opened: Session) -> None:
    """A refused hello gets its error, and then the connection ends with 4001 and the code as the reason."""
    say(opened, LINK)
    over = wire.Error(id=LINK.id, code="link_over", message=SENTENCES["link_over"])  # type: ignore[union-attr]
    reply = opened.answer(over)
    assert refusal(opened, reply, close=Close.REFUSED) == ("link_over", 1)
    assert reply.reason == "link_over"
    assert opened.phase is Phase.CLOSING


def test_the_visit_lives_on_another_node(opened: Session) -> None:
    """Hello may be answered with the way to another node; that ends this connection in peace."""
    say(opened, SEAT)
    reply = opened.answer(wire.Moved(ws_url="wss://visits.example.com/n/node-3/ws"))
    assert heard(opened, reply) == {"t": "moved", "ws_url": "wss://visits.example.com/n/node-3/ws"}
    assert reply.close == Close.DONE


def test_a_client_that_says_nothing_is_closed(opened: Session) -> None:
    """When the time for hello is over and none came, the connection ends with 4000."""
    reply = opened.overdue()
    assert reply is not None
    assert reply.close == Close.SILENT
    assert say(opened, LINK) is None


def test_a_slow_answer_is_not_the_clients_fault(opened: Session) -> None:
    """Once hello was said, its time cannot run out, nor later."""
    say(opened, LINK)
    assert opened.overdue() is None
    opened.answer(READY)
    assert opened.overdue() is None


@pytest.mark.parametrize("message", CLIENT[5:], ids=lambda message: type(message).__name__)
def test_anything_before_hello_is_refused_and_ends(opened: Session, message: wire.FromClient) -> None:
    """The first message is a hello, or the last."""
    assert refusal(opened, say(opened, message), close=Close.REFUSED) == (
        "hello_first",
        getattr(message, "id", 0),
    )


@pytest.mark.parametrize("message", CLIENT[5:], ids=lambda message: type(message).__name__)
def test_nothing_is_done_before_hello_is_answered(opened: Session, message: wire.FromClient) -> None:
    """Who is not known yet may not act; the connection goes on."""
    say(opened, SEAT)
    ident = getattr(message, "id", 0)
    assert refusal(opened, say(opened, message)) == ("hello_first", 0 if ident == SEAT.id else ident)  # type: ignore[union-attr]
    assert heard(opened, opened.answer(READY))["t"] == "ready"


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.name)
def test_nobody_says_hello_twice(codec: Codec, kind: Kind) -> None:
    """A connection is one person's; a second hello changes nothing."""
    session = greeted(codec, kind)
    assert refusal(session, say(session, replace(LINK, id=5))) == ("bad_message", 5)
    assert session.kind is kind
    waiting = Session(codec)
    say(waiting, LINK)
    assert refusal(waiting, say(waiting, replace(LINK, id=5))) == ("bad_message", 5)
    assert refusal(waiting, say(waiting, LINK)) == ("bad_message", 0)


# ---------------------------------------------------------------- who may say what


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.name)
@pytest.mark.parametrize("message", CLIENT[5:], ids=lambda message: type(message).__name__)
def test_each_kind_of_connection_says_what_is_its_own(
    codec: Codec, kind: Kind, message: wire.FromClient
) -> None:
    """A caller cannot admit, a dashboard cannot relay, a browser cannot type a PIN."""
    session = greeted(codec, kind)
    tag = type(message).__struct_config__.tag
    found = say(session, message)
    if tag in MAY[kind]:
        assert found == message
    else:
        assert refusal(session, found) == ("not_allowed", getattr(message, "id", 0))


# ---------------------------------------------------------------- requests and their one answer


def test_alice_admits_bob(codec: Codec) -> None:
    """A request goes to the host, and its answer carries its id."""
    session = greeted(codec)
    admit = wire.Admit(id=6, op="a", seat="bob")
    assert say(session, admit) == admit
    assert heard(session, session.answer(wire.Ok(id=6))) == {"t": "ok", "id": 6}


def test_answers_may_come_in_another_order(codec: Codec) -> None:
    """A slow request holds up no other."""
    session = greeted(codec)
    say(session, wire.GetIce(id=2), wire.Lock(id=3, op="a", on=True))
    assert heard(session, session.answer(wire.Ok(id=3)))["id"] == 3
    assert heard(session, session.answer(wire.Ice(id=2, servers=[], ttl_ms=1)))["id"] == 2


def test_a_request_is_answered_once(codec: Codec) -> None:
    """Whatever the host does, a client never gets a second answer, nor one that it did not ask for."""
    session = greeted(codec)
    say(session, wire.GetIce(id=2))
    assert session.answer(wire.Ok(id=2)).data
    assert session.answer(wire.Ok(id=2)) == Reply()
    assert session.answer(wire.Ok(id=99)) == Reply()


def test_an_id_in_use_is_refused_without_answering_the_first(codec: Codec) -> None:
    """The refusal carries no id, because the answer with that id is the first request's."""
    session = greeted(codec)
    say(session, wire.GetIce(id=2))
    assert refusal(session, say(session, wire.Lock(id=2, op="a", on=True))) == ("bad_message", 0)
    assert heard(session, session.answer(wire.Ice(id=2, servers=[], ttl_ms=1)))["t"] == "ice"
    again = wire.Lock(id=2, op="a", on=True)
    assert say(session, again) == again


def test_too_many_unanswered_requests_are_busy(codec: Codec) -> None:
    """The host is never given more than its bound; one answer makes room for one more."""
    session = greeted(codec)
    for ident in range(1, MAX_OUTSTANDING + 1):
        assert say(session, wire.GetIce(id=ident)) == wire.GetIce(id=ident)
    reply = say(session, wire.GetIce(id=1000))
    assert refusal(session, reply) == ("busy", 1000)
    assert heard(session, reply)["retry_after_ms"] > 0
    session.answer(wire.Ok(id=1))
    assert say(session, wire.GetIce(id=1000)) == wire.GetIce(id=1000)


def test_signals_and_media_are_not_answered_and_not_counted(codec: Codec) -> None:
    """What needs no answer does not use up a client's requests."""
    session = greeted(codec)
    for _ in range(MAX_OUTSTANDING + 1):
        assert isinstance(say(session, wire.Signal(to="bob", data="x")), wire.Signal)
        assert isinstance(say(session, wire.Media(mic=True, cam=True)), wire.Media)
    assert say(session, wire.GetIce(id=2)) == wire.GetIce(id=2)


def test_what_belongs_to_no_request_is_said_bare(codec: Codec) -> None:
    """Relayed signals, changed details and beats need nobody to have asked."""
    session = greeted(codec)
    for message in (
        wire.Relayed(seat="bob", data="x"),
        wire.Details(id=0, visit="v", invitations=[]),
        wire.Error(id=0, code="busy", message=SENTENCES["busy"]),
        wire.Beat(),
    ):
        assert heard(session, session.answer(message))["t"] == type(message).__struct_config__.tag


def test_a_numbered_message_is_shared(codec: Codec) -> None:
    """Each seat has its own number in front of the same bytes."""
    shared = Encoded(wire.RowGone(visit="v"))
    one, other = greeted(codec).event(1, shared), greeted(codec).event(4_000, shared)
    assert one.removesuffix(b"]").endswith(codec.body(shared))
    assert other.removesuffix(b"]").endswith(codec.body(shared))
    assert greeted(codec).bare(shared) is codec.body(shared)


# ---------------------------------------------------------------- what is not understood


def test_three_messages_in_a_row_that_are_not_understood_end_it(codec: Codec) -> None:
    """Each is answered with its own id; the third closes."""
    session = greeted(codec)
    bad = {"t": "teleport", "id": 7}
    for _ in range(MAX_MALFORMED - 1):
        assert refusal(session, say(session, bad)) == ("bad_message", 7)
    assert refusal(session, say(session, bad), close=Close.REFUSED) == ("bad_message", 7)
    assert say(session, LINK) is None


def test_a_later_client_may_try_what_we_do_not_know(codec: Codec) -> None:
    """One that goes on talking sense in between is never cut off for it."""
    session = greeted(codec)
    for ident in range(2, 20):
        assert refusal(session, say(session, {"t": "teleport", "id": 99})) == ("bad_message", 99)
        say(session, wire.GetIce(id=ident))


def test_noise_ends_with_1007(codec: Codec) -> None:
    """Bytes that are neither JSON nor MessagePack are answered twice, and then no more."""
    session = Session(codec)
    for at in range(1, MAX_MALFORMED + 1):
        reply = session.receive(b"\xc1", codec.text)
        close = Close.NOT_UNDERSTOOD if at == MAX_MALFORMED else None
        assert refusal(session, reply, close=close) == ("bad_message", 0)


def test_a_malformed_request_never_answers_another(codec: Codec) -> None:
    """If its id is in use, the refusal has none."""
    session = greeted(codec)
    say(session, wire.GetIce(id=2))
    assert refusal(session, say(session, {"t": "lock", "id": 2})) == ("bad_message", 0)


@pytest.mark.parametrize(
    ("size", "wrong", "close"),
    [(65_537, False, Close.TOO_BIG), (2, True, Close.WRONG_FRAME)],
    ids=["size", "frame"],
)
def test_some_mistakes_end_it_at_once(codec: Codec, size: int, wrong: bool, close: Close) -> None:
    """What is too big or in the wrong kind of frame is not looked into."""
    reply = greeted(codec).receive(b"[" * size, codec.text is not wrong)
    assert isinstance(reply, Reply)
    assert (reply.data, reply.close) == (b"", close)


# ---------------------------------------------------------------- the end


@pytest.mark.parametrize("code", get_args(wire.Farewell))
def test_goodbye_has_its_close_code(codec: Codec, code: wire.Farewell) -> None:
    """A client that missed the message still learns from the code whether to come back."""
    session = greeted(codec)
    reply = session.bye(wire.Bye(code=code, message="."))
    others = {"moved": Close.REPLACED, "signed_out": Close.REVOKED, "restarting": Close.RESTARTING}
    assert heard(session, reply)["code"] == code
    assert reply.close is others.get(code, Close.DONE)
    assert session.phase is Phase.CLOSING


def test_a_restart_says_when_to_come_back(codec: Codec) -> None:
    """The reason holds the seconds, because a page cannot count on having read the message."""
    reply = greeted(codec).bye(wire.Bye(code="restarting", message=".", retry_after_ms=2_500))
    assert reply.reason == "retry=2.5"


def test_an_answer_may_be_the_last_word(codec: Codec) -> None:
    """A caller who used up all tries is told so in place of an answer, and the connection ends."""
    session = greeted(codec, Kind.PHONE)
    say(session, wire.Digits(id=2, digits="1"))
    reply = session.answer(examples.BYE)
    assert heard(session, reply)["t"] == "bye"
    assert reply.close is Close.DONE


def test_after_the_last_word_nothing_is_heard_or_answered(codec: Codec) -> None:
    """What was under way when the connection ended finds nobody."""
    session = greeted(codec)
    say(session, wire.GetIce(id=2))
    session.bye(examples.BYE)
    assert say(session, wire.GetIce(id=3), {"t": "nonsense"}) is None
    assert session.answer(wire.Ok(id=2)) == Reply()
    assert session.overdue() is None


@given(
    script=st.lists(strategies.from_client | st.binary(max_size=20) | st.integers(0, 5), max_size=40),
    codec=st.sampled_from([MSGPACK, JSON]),
)
def test_every_request_gets_exactly_one_answer(
    script: Sequence[wire.FromClient | bytes | int], codec: Codec
) -> None:
    """Whatever a client says, in whatever order, no open id is answered twice, and none is forgotten."""
    session, asked, closed = Session(codec), list[int](), False
    for step in script:
        if isinstance(step, int):
            if not asked:
                continue
            ident = asked.pop(step % len(asked))
            answer = replace(READY, id=ident) if session.phase is Phase.GREETING else wire.Ok(id=ident)
            assert bool(session.answer(answer).data) is not closed
            continue
        found = session.receive(step if isinstance(step, bytes) else codec.encode(step), codec.text)
        if isinstance(found, Reply):
            assert not closed
            closed = found.close is not None
            if found.data:
                assert heard(session, found)["id"] not in asked
        elif isinstance(found, wire.Signal | wire.Media | wire.Quality | wire.IceReport):
            continue  # nobody answers these
        elif found is not None:
            assert found.id not in asked
            asked.append(found.id)
            assert len(asked) <= MAX_OUTSTANDING
