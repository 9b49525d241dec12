"""One example of every message, all from one visit, and three conversations made of them.

The documents and the golden vectors are written from these, so an example can never be out of date. Times are
those of 2 March 2026 in San Francisco; numbers and addresses are from the ranges kept free for examples.
"""

from dataclasses import dataclass
from typing import Final

from signaling import messages as wire

VISIT: Final = "0417-7h3kq2m9xw4c"
GUEST: Final = "g4m8x2kq"
PATIENT: Final = "p9w3t6hz"
PROVIDER: Final = "d2c7v5nb"
PHONE: Final = "t6j1r8ys"
TOKEN: Final = f"{VISIT}.i5b9q3tw.Yw3kVt0pQ8mZr5Xc2LhJ9A"
SECRET: Final = "mB7xTq2Vn4KzR8sLw1PcYg"  # noqa: S105 - made up
STREAM: Final = f"2a.{GUEST}"
PAGE: Final = "c81f0a6e"
SOUND_TICKET: Final = f"{VISIT}.{PHONE}.Kd7wZq3Xn9BvR2sTf6LhJg"
OP: Final = "5f0c2b9d7e13"
NOW: Final = 1772470925000
START: Final = 1772470800000
END: Final = START + 15 * 60_000
ZONE: Final = "America/Los_Angeles"
NUMBER: Final = "+1 415 555 0100"
LINK: Final = f"https://visits.example.com/j#{VISIT}.shared.Qx8nB4vTz1KcW6mRj2YsLg"

DOOR: Final = wire.Door(
    clinic="Bay Family Clinic",
    provider="Dr. Amara Osei",
    start=START,
    end=END,
    zone=ZONE,
    status="in_progress",
    opens_at=START - 15 * 60_000,
    clinic_phone=NUMBER,
)
FOR_GUESTS: Final = wire.VisitInfo(
    visit=VISIT,
    status="in_progress",
    start=START,
    end=END,
    lapses_at=END,
    zone=ZONE,
    clinic="Bay Family Clinic",
    patient="Rosa Delgado",
    providers=["Dr. Amara Osei"],
    clinic_phone=NUMBER,
)
FOR_CLINIC: Final = wire.VisitInfo(
    visit=VISIT,
    status="in_progress",
    start=START,
    end=END,
    lapses_at=END,
    zone=ZONE,
    clinic="Bay Family Clinic",
    patient="Rosa Delgado",
    providers=["Dr. Amara Osei"],
    name="Follow-up",
    room="Room 2",
    option="15-min Consultation",
    may_invite=True,
)
OSEI: Final = wire.Participant(
    seat=PROVIDER,
    role="provider",
    name="Dr. Amara Osei",
    standing="in",
    link="ok",
    page="77b0c3d9",
    since=NOW - 90_000,
    media=wire.MediaState(mic=True, cam=True),
)
ROSA: Final = wire.Participant(
    seat=PATIENT,
    role="patient",
    name="Rosa Delgado",
    standing="in",
    link="lost",
    page="1be4f2a8",
    since=NOW - 90_000,
    lost_since=NOW - 4_000,
)
MEI: Final = wire.Participant(
    seat=GUEST, role="guest", name="Mei Tanaka", standing="in", link="ok", page=PAGE, since=NOW
)
MEI_WAITING: Final = wire.Participant(
    seat=GUEST,
    role="guest",
    name="Mei Tanaka",
    standing="waiting",
    link="ok",
    page=PAGE,
    since=NOW - 20_000,
    invitation="i5b9q3tw",
    label="Daughter",
)
INTERPRETER: Final = wire.Participant(
    seat=PHONE, role="phone", name="Interpreter", standing="in", link="ok", how="phone", since=NOW
)
PEERS: Final = [wire.Peer(seat=PROVIDER, page="77b0c3d9"), wire.Peer(seat=PATIENT, page="1be4f2a8")]
INSIDE: Final = wire.Inside(visit=FOR_GUESTS, seats=[OSEI, ROSA, MEI], peers=PEERS)
TURN: Final = wire.IceServer(
    urls=["turn:turn.example.com:3478?transport=udp", "turns:turn.example.com:5349?transport=tcp"],
    username=f"1772471525:{GUEST}",
    credential="3kq0Jm5vX2bT8rY1wZc7nLpHs4A=",
)
ICE: Final = [wire.IceServer(urls=["stun:turn.example.com:3478"]), TURN]
OFFER: Final = '{"type":"offer","sdp":"v=0\\r\\no=- 4611731400430051336 2 IN IP4 127.0.0.1\\r\\n"}'
READY_WAITING: Final = wire.Ready(
    id=1,
    visit=VISIT,
    seat=GUEST,
    secret=SECRET,
    role="guest",
    name="Mei Tanaka",
    standing="waiting",
    stream=STREAM,
    seq=0,
    now=NOW - 20_000,
    resumed="new",
    door=DOOR,
)
BYE: Final = wire.Bye(code="completed", message="This visit has ended.")
AUDIO: Final = wire.Audio(url="wss://sound.example.com/leg", ticket=SOUND_TICKET)
READY_PHONE: Final = wire.ReadyPhone(
    id=1, tries=3, length=10, now=NOW, clinic_phone="+1 415 555 0100", join="Qm3fR9x_LzKe"
)
WRONG_PIN: Final = wire.Error(
    id=2, code="pin_wrong", message="That PIN was not found. Please check it and try again.", tries_left=2
)

CLIENT: Final[tuple[wire.FromClient, ...]] = (
    wire.HelloLink(id=1, token=TOKEN, page=PAGE, name="Mei Tanaka", op=OP),
    wire.HelloSeat(id=1, visit=VISIT, seat=GUEST, secret=SECRET, page=PAGE, stream=STREAM, seq=3),
    wire.HelloStaff(id=1, ticket="Hn2Yk6Vq9TzB4mXc8LwRfA", page="77b0c3d9"),
    wire.HelloPhone(
        id=1, key="vk_Zt5mQ8xN2bVc7RjLw4KyHs", call="CA7c31", dialled="+14155550100", caller="+14155550142"
    ),
    wire.HelloBridge(id=1, key="vk_Nc8vQ2xJ5mTz7RkLw4YhBs", ticket=SOUND_TICKET, page="b4d09e71"),
    wire.Signal(to=PROVIDER, data=OFFER),
    wire.Media(mic=True, cam=False),
    wire.Leave(id=9),
    wire.GetIce(id=4),
    wire.GetPanel(id=5),
    wire.Invite(id=7, op=OP, phone="(415) 555-0142", label="Daughter"),
    wire.Resend(id=8, op=OP, invitation="i5b9q3tw"),
    wire.Revoke(id=9, op=OP, invitation="i5b9q3tw"),
    wire.Quality(lost=40, rtt=180, jitter=12),
    wire.IceReport(setups=[840], failed=1),
    wire.Digits(id=2, digits="4829153079"),
    wire.TakeLeg(id=2, ticket=SOUND_TICKET),
    wire.Admit(id=6, op=OP, seat=GUEST),
    wire.Deny(id=6, op=OP, seat=GUEST),
    wire.Remove(id=6, op=OP, seat=GUEST),
    wire.Rename(id=6, op=OP, seat=GUEST, name="Mei (daughter)"),
    wire.AskMute(id=6, op=OP, seat=GUEST),
    wire.Lock(id=6, op=OP, on=True),
    wire.Extend(id=6, op=OP, minutes=15, visit=VISIT),
    wire.Complete(id=6, op=OP),
    wire.WatchBoard(id=2, day="2026-03-02"),
    wire.WatchVisit(id=3, visit=VISIT),
    wire.UnwatchVisit(id=7),
)
"""One of every message that a client sends, in the order of the union."""

SERVER: Final[tuple[wire.FromServer, ...]] = (
    wire.Ok(id=6),
    WRONG_PIN,
    wire.Beat(),
    wire.Moved(ws_url="wss://visits.example.com/n/node-3/ws", ticket="q0Zk3v8sYb1nTf6wXc4dRh9jLm2p"),
    BYE,
    READY_WAITING,
    wire.ReadyStaff(id=1, user="u7n4", name="Dr. Amara Osei", role="provider", clinic="bay", now=NOW),
    READY_PHONE,
    wire.ReadyBridge(id=1, visit=VISIT, seat=PHONE, now=NOW, attending=[PROVIDER, PATIENT, GUEST], ice=ICE),
    wire.Leg(id=2, seat=PHONE),
    wire.Attending(seats=[PROVIDER, GUEST]),
    wire.Presence(known=False),
    AUDIO,
    wire.Ice(id=4, servers=ICE, ttl_ms=600_000),
    wire.Panel(id=5, link=LINK, number=NUMBER, pin="7316042857", expires_at=END, others=["+34 910 00 01 23"]),
    wire.Invited(
        id=7,
        invitation="i5b9q3tw",
        link=f"https://visits.example.com/j#{TOKEN}",
        number=NUMBER,
        pin="4829153079",
        expires_at=END,
    ),
    wire.Board(
        id=2,
        stream="2a.board.2026-03-02",
        seq=0,
        day="2026-03-02",
        zone=ZONE,
        now=NOW,
        rows=[wire.BoardRow(visit=FOR_CLINIC, seats=[OSEI, MEI_WAITING])],
    ),
    wire.Details(
        id=3,
        visit=VISIT,
        invitations=[
            wire.InvitationInfo(
                invitation="i5b9q3tw",
                label="Daughter",
                state="waiting",
                phone="***42",
                created_at=NOW - 3_600_000,
                changed_at=NOW - 20_000,
                opened_at=NOW - 60_000,
                letters=[
                    wire.LetterInfo(
                        via="sms", kind="invitation", progress="sent", at=NOW - 3_590_000, attempt=1
                    )
                ],
                seats=[GUEST],
            )
        ],
    ),
    wire.Relayed(seat=PROVIDER, data='{"type":"answer","sdp":"v=0\\r\\n"}'),
    INSIDE,
    wire.You(standing="in", why="admitted"),
    wire.AtDoor(door=DOOR),
    wire.SeatChanged(seat=INTERPRETER, why="joined"),
    wire.VisitChanged(visit=FOR_GUESTS, why="extended"),
    wire.Asked(what="mute", by="Dr. Amara Osei"),
    wire.Ended(status="completed", message="This visit has ended."),
    wire.RowChanged(visit=FOR_CLINIC),
    wire.RowSeat(visit=VISIT, seat=MEI_WAITING, why="waiting"),
    wire.RowGone(visit=VISIT),
)
"""One of every message of ours, in the order of the union."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a conversation: what travels, and `seq` if it is numbered."""

    message: wire.Message
    seq: int = 0
    ours: bool = True


def _said(message: wire.FromClient) -> Line:
    return Line(message, ours=False)


AS_GUEST: Final = (
    _said(CLIENT[0]),
    Line(READY_WAITING),
    Line(wire.Beat()),
    Line(wire.You(standing="in", why="admitted"), seq=1),
    Line(INSIDE, seq=2),
    _said(wire.GetIce(id=2)),
    Line(wire.Ice(id=2, servers=ICE, ttl_ms=600_000)),
    _said(wire.Media(mic=True, cam=True)),
    _said(wire.Signal(to=PROVIDER, data="...")),
    Line(wire.Relayed(seat=PROVIDER, data="...")),
    Line(wire.SeatChanged(seat=INTERPRETER, why="joined"), seq=3),
)
RESUMED: Final = (
    _said(CLIENT[1]),
    Line(
        wire.Ready(
            id=1,
            visit=VISIT,
            seat=GUEST,
            secret=SECRET,
            role="guest",
            name="Mei Tanaka",
            standing="in",
            stream=STREAM,
            seq=3,
            now=NOW + 9_000,
            resumed="replay",
            ice=ICE,
        )
    ),
    Line(wire.VisitChanged(visit=FOR_GUESTS, why="warned"), seq=4),
    Line(wire.Ended(status="completed", message="This visit has ended."), seq=5),
    Line(BYE),
)
AS_PHONE: Final = (
    _said(CLIENT[3]),
    Line(READY_PHONE),
    _said(wire.Digits(id=2, digits="4829153078")),
    Line(WRONG_PIN),
    _said(wire.Digits(id=3, digits="4829153079")),
    Line(wire.Ok(id=3)),
    Line(wire.You(standing="waiting", why="waiting"), seq=1),
    Line(wire.AtDoor(door=DOOR), seq=2),
    Line(wire.You(standing="in", why="admitted"), seq=3),
    Line(wire.Inside(visit=FOR_GUESTS, seats=[OSEI, MEI, INTERPRETER]), seq=4),
    Line(AUDIO),
    _said(wire.Media(mic=True, cam=False)),
    Line(wire.Asked(what="mute", by="Dr. Amara Osei"), seq=5),
    _said(wire.Media(mic=False, cam=False)),
    _said(wire.Leave(id=4)),
    Line(wire.Ok(id=4)),
    Line(wire.Bye(code="left", message="You left the visit.")),
)

EDGES: Final[tuple[wire.Message, ...]] = (
    wire.Rename(id=4_294_967_295, op="x" * 40, seat=GUEST, name="Zoë 山田 👩🏽‍⚕️ عمر"),
    wire.HelloSeat(id=1, visit=VISIT, seat=GUEST, secret=SECRET, page=PAGE, stream=STREAM, seq=2**53 - 1),
    wire.Signal(to=PROVIDER, data="a" * 31),
    wire.Signal(to=PROVIDER, data="a" * 32),
    wire.Signal(to=PROVIDER, data='"\\/\b\f\n\r\t\x00\x7f\u2028' + "é" * 150),
    wire.Ice(id=127, servers=[], ttl_ms=128),
    wire.Ice(
        id=255, servers=[wire.IceServer(urls=[f"turn:{at}.example.com" for at in range(16)])], ttl_ms=256
    ),
    wire.VisitChanged(
        visit=wire.VisitInfo(
            visit=VISIT,
            status="lapsed",
            start=START,
            end=END,
            lapses_at=END,
            zone=ZONE,
            clinic="Bay Family Clinic",
            patient="Rosa Delgado",
            providers=["Dr. Amara Osei", "Dr. Jonas Lind"],
            name="Follow-up",
            room="Room 2",
            option="15-min Consultation",
            locked=True,
            warned=True,
            may_invite=True,
            clinic_phone=NUMBER,
        ),
        why="lapsed",
    ),
)
"""Where spellings change: long and short texts, lists, maps and numbers, and letters outside ASCII."""

SEQUENCE: Final = (1, 127, 128, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, 2**53 - 1)
"""Sequence numbers at which the spelling of a number changes."""
