"""ICE servers for one seat: STUN as it is, TURN with credentials of its own that live for minutes.

coturn's REST credentials: the user name is `<expiry>:<visit>-<seat>`, the password HMAC-SHA1 of it under the
secret that we share (draft-uberti-behave-turn-rest-00, section 2.2; coturn's `use-auth-secret`).
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable

from engine.ids import Instant, SeatId, VisitId
from gateway.settings_sections import Media
from signaling.messages import IceServer


class IceServers:
    """Gives each seat its ICE servers. `now` is the node's clock, in milliseconds since 1970 (UTC)."""

    def __init__(self, settings: Media, now: Callable[[], Instant]) -> None:
        self._now = now
        self._secret = settings.turn_secret.get_secret_value().encode()
        self._turn = list(settings.turn_urls)
        self._ttl = settings.credential_minutes * 60_000
        stun = [] if settings.force_relay else list(settings.stun_urls)
        self._stun = [IceServer(urls=stun)] if stun else []

    def __call__(self, visit: VisitId, seat: SeatId) -> tuple[list[IceServer], int]:
        """Give the servers, and how long their credentials live, in milliseconds."""
        if not self._turn:
            return [*self._stun], self._ttl
        username = f"{(self._now() + self._ttl) // 1000}:{visit}-{seat}"
        password = base64.b64encode(hmac.digest(self._secret, username.encode(), "sha1")).decode()
        turn = IceServer(urls=self._turn, username=username, credential=password)
        return [*self._stun, turn], self._ttl
