"""Everything that is derived from the pepper: links, PINs, seats' secrets, keyed hashes, sealing keys.

Links and PINs are never stored: the store holds ids, generations, attempts and keyed hashes, and whoever
steals it learns none of them (reliability-security.md, PINs and links). The pepper is a file of its own,
in a folder outside the store's and outside backups.

A pepper has several keys. The newest signs; older ones still verify, so that a link that was sent before a
rotation opens its visit after it. A key is named by its id, which travels with what must be derived again.
"""

from __future__ import annotations

import hmac
import re
from binascii import b2a_base64
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from actors.keyed import Keyed
from engine.ids import Instant, InvitationId, OpId, SeatId, VisitId, shard_of_visit
from engine.pin import RANDOM_DIGITS, with_check_digit

PEPPER_BYTES: Final = 32
KEYS_AT_MOST: Final = 4
"""How many keys a pepper holds, and so how many are tried on a link, at most."""
SECRET_BYTES: Final = 16
"""128 bits: what a link and a seat's secret are worth."""
JOIN_LETTERS: Final = 12
"""Letters of a join's name: 72 bits, so that no two are the same."""
DAY: Final = 86_400_000
"""Milliseconds in a day."""

_TOKEN: Final = re.compile(r"([0-9a-z-]{13,21})\.([A-Za-z0-9_-]{1,40})\.([A-Za-z0-9_-]{22})", re.ASCII)
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
"""RFC 4648, section 5."""
_FAIR: Final = 250
"""Bytes below this make digits that are all equally likely; the others are thrown away."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link's token, taken apart and not yet proven."""

    visit: VisitId
    invitation: InvitationId
    proof: str


@dataclass(frozen=True, slots=True)
class _Key:
    """One key of the pepper, as one key for each purpose: what one leaks tells nothing about the others."""

    id: int
    link: Keyed
    pin: Keyed
    pin_index: Keyed
    seat: Keyed
    caller: Keyed
    sign_in: Keyed
    outreach: Keyed
    seal: Keyed

    @classmethod
    def of(cls, key_id: int, pepper: bytes) -> _Key:
        purposes = ("link", "pin", "pin index", "seat", "caller", "sign-in", "outreach", "seal")
        return cls(key_id, *(Keyed(_derived(pepper, purpose)) for purpose in purposes))


class Secrets:
    """What a node can derive and prove. `peppers`: key id to key, read by `actors.pepper`; the highest id
    is newest. `pin_digits`: random digits of a PIN, the same for the whole deployment (D4).
    """

    def __init__(self, peppers: dict[int, bytes], *, pin_digits: int = RANDOM_DIGITS) -> None:
        if not 1 <= len(peppers) <= KEYS_AT_MOST or any(len(key) != PEPPER_BYTES for key in peppers.values()):
            raise ValueError(f"a pepper has 1 to {KEYS_AT_MOST} keys of {PEPPER_BYTES} bytes")
        self._keys = {key_id: _Key.of(key_id, peppers[key_id]) for key_id in sorted(peppers, reverse=True)}
        self.newest = max(peppers)
        self.pin_digits = pin_digits

    # ------------------------------------------------------------ links

    def link(
        self, visit: VisitId, invitation: InvitationId, generation: int, key_id: int | None = None
    ) -> str:
        """Make a link's token, `<visit>.<invitation>.<22 characters>`; the same for the same arguments."""
        return f"{visit}.{invitation}.{self._link_proof(self._key(key_id), visit, invitation, generation)}"

    def read_link(self, token: str) -> Link | None:
        """Take a token apart; None when it has not the form of one. Proves nothing yet."""
        parts = _TOKEN.fullmatch(token)
        if parts is None or shard_of_visit(parts[1]) is None:
            return None
        return Link(VisitId(parts[1]), InvitationId(parts[2]), parts[3])

    def proven_generation(self, link: Link, generation: int | None) -> int | None:
        """Give the generation if the link was made with it under any of our keys, else None. In constant
        time.
        """
        if generation is None:
            return None
        proven = False
        for key in self._keys.values():
            expected = self._link_proof(key, link.visit, link.invitation, generation)
            proven |= hmac.compare_digest(expected.encode(), link.proof.encode())
        return generation if proven else None

    @staticmethod
    def _link_proof(key: _Key, visit: str, invitation: str, generation: int) -> str:
        return _text(key.link.mac("link", visit, invitation, str(generation))[:SECRET_BYTES])

    # ------------------------------------------------------------ PINs

    def pin(self, visit: VisitId, invitation: InvitationId, attempt: int, key_id: int | None = None) -> str:
        """Make an invitation's PIN: random digits, each equally likely, and the check digit."""
        key = self._key(key_id).pin
        digits = ""
        block = 0
        while len(digits) < self.pin_digits:
            stream = key.mac("pin", visit, invitation, str(attempt), str(block))
            digits += "".join(str(byte % 10) for byte in stream if byte < _FAIR)
            block += 1
        return with_check_digit(digits[: self.pin_digits])

    def pin_hash(self, pin: str, key_id: int | None = None) -> str:
        """Make the keyed hash under which a PIN index knows a PIN."""
        return _text(self._key(key_id).pin_index.mac("pin index", pin))

    def pin_hashes(self, pin: str) -> tuple[str, ...]:
        """Make the hashes under which a dialled PIN may be known, newest key first."""
        return tuple(self.pin_hash(pin, key_id) for key_id in self._keys)

    def is_pin(self, pin: str, visit: VisitId, invitation: InvitationId, attempt: int) -> bool:
        """Whether this is the invitation's PIN under any of our keys. In constant time."""
        proven = False
        for key_id in self._keys:
            proven |= hmac.compare_digest(self.pin(visit, invitation, attempt, key_id).encode(), pin.encode())
        return proven

    # ------------------------------------------------------------ seats

    def seat_secret(self, visit: VisitId, seat: SeatId, proof: str = "") -> str:
        """Make a seat's secret, 128 bits as text (D11).

        Seat ids are random and never used twice, so the secret is as well. With the seat's stored
        `proof`, the secret is the one that was first given, also after a rotation of the pepper.
        """
        for key_id in self._keys if proof else ():
            secret = self._seat_secret(self._keys[key_id], visit, seat)
            if self.proof(secret) == proof:
                return secret
        return self._seat_secret(self._keys[self.newest], visit, seat)

    @staticmethod
    def _seat_secret(key: _Key, visit: str, seat: str) -> str:
        return _text(key.seat.mac("seat", visit, seat)[:SECRET_BYTES])

    @staticmethod
    def proof(secret: str) -> str:
        """Make what a visit keeps of a seat's secret.

        The hash is keyed with the secret itself: 128 bits cannot be guessed back, and a rotation leaves
        it as it is.
        """
        return _text(Keyed(secret.encode()).mac("seat proof")[:SECRET_BYTES])

    # ------------------------------------------------------------ keyed hashes

    def caller_hash(self, caller: str, now: Instant) -> str:
        """Make the hash of a caller ID; another one each UTC day, so that nothing links a caller's days."""
        return _text(self._keys[self.newest].caller.mac("caller", str(now // DAY), caller)[:SECRET_BYTES])

    def sign_in_hash(self, kind: str, value: str) -> str:
        """Make the hash under which sign-in knows an e-mail address, a remote address, a session, a key, a
        ticket.
        """
        return _text(self._keys[self.newest].sign_in.mac("sign-in", kind, value)[:SECRET_BYTES])

    def sign_in_hashes(self, kind: str, value: str) -> tuple[str, ...]:
        """Make the hashes under which what was given out before a rotation may be known, newest key first."""
        return tuple(
            _text(key.sign_in.mac("sign-in", kind, value)[:SECRET_BYTES]) for key in self._keys.values()
        )

    def operation(self, asked: str) -> OpId:
        """Make what a visit keeps of the id that a client gave to its request: anybody's name or address may
        have been put into it (R15).
        """
        return OpId(self.sign_in_hash("operation", asked))

    def join_name(self, page: str) -> str:
        """Make what the log calls a join: the same wherever and whenever this page comes, and not the page's
        own words.
        """
        return self.sign_in_hash("join", page)[:JOIN_LETTERS]

    def outreach_hashes(self, kind: str, clinic: str, value: str) -> tuple[str, ...]:
        """Make the hashes under which a clinic's outreach knows somebody: who asks, an address, a number.

        Newest key first; another clinic's are others.
        """
        return tuple(
            _text(key.outreach.mac("outreach", kind, clinic, value)[:SECRET_BYTES])
            for key in self._keys.values()
        )

    # ------------------------------------------------------------ sealing

    def sealing_key(self, visit: VisitId, key_id: int) -> bytes | None:
        """Make a visit's own key for its guest text (AES-256); None when this pepper has no such key id.

        A key of its own keeps the number of random nonces under one key small (NIST SP 800-38D, 8.3).
        """
        key = self._keys.get(key_id)
        return None if key is None else key.seal.mac("seal", visit)

    def _key(self, key_id: int | None) -> _Key:
        """The named key; the newest for none, and in the place of one that was dropped."""
        newest = self._keys[self.newest]
        return newest if key_id is None else self._keys.get(key_id, newest)


def _derived(pepper: bytes, purpose: str) -> bytes:
    """Derive the key of one purpose (HKDF-SHA256, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=b"vestibule", info=purpose.encode()).derive(pepper)


def _text(secret: bytes) -> str:
    return b2a_base64(secret, newline=False).translate(_URL_SAFE, b"=").decode()
