"""Each seat gets TURN credentials of its own, as coturn checks them."""

from __future__ import annotations

import base64
import hashlib
import hmac

from pydantic import SecretStr

from engine.ids import SeatId, VisitId
from gateway.media.ice import IceServers
from gateway.settings_sections import Media

VISIT, SEAT = VisitId("0417-7h3kq2m9xw4c"), SeatId("s1")
NOW = 1_700_000_000_999
TURN = {"turn_urls": ("turn:t.example:3478",), "turn_secret": SecretStr("north")}


def test_the_credential_is_what_coturn_computes() -> None:
    """User name `<expiry in seconds>:<visit>-<seat>`, password HMAC-SHA1 of it in base64, for ten minutes."""
    servers, ttl = IceServers(Media(**TURN), lambda: NOW)(VISIT, SEAT)
    (turn,) = servers
    assert ttl == 600_000
    assert turn.username == f"1700000600:{VISIT}-{SEAT}"
    expected = hmac.new(b"north", turn.username.encode(), hashlib.sha1).digest()
    assert base64.b64decode(turn.credential) == expected


def test_seats_have_different_credentials() -> None:
    """One that leaks serves nobody else's quota."""
    make = IceServers(Media(**TURN), lambda: NOW)
    assert make(VISIT, SEAT)[0][0].credential != make(VISIT, SeatId("s2"))[0][0].credential


def test_stun_is_handed_out_unless_everything_is_to_be_relayed() -> None:
    """And without any server the list is empty: nothing of others is contacted by default."""
    both = {**TURN, "stun_urls": ("stun:s.example",)}
    assert [one.urls for one in IceServers(Media(**both), lambda: NOW)(VISIT, SEAT)[0]] == [
        ["stun:s.example"],
        ["turn:t.example:3478"],
    ]
    relayed = IceServers(Media(**both, force_relay=True), lambda: NOW)(VISIT, SEAT)[0]
    assert [one.urls for one in relayed] == [["turn:t.example:3478"]]
    assert IceServers(Media(), lambda: NOW)(VISIT, SEAT)[0] == []
