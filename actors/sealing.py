"""Guest text sealed before it leaves the process, so that a stolen store, log or backup shows no name (R15).

A sealed text is: one byte of format, two of key id, a nonce of 12, and AES-256-GCM of the text as
MessagePack. Visit and part are associated data, so that a seal cannot be moved to another visit or to
another part of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from actors.secrets import Secrets
from engine.ids import VisitId

FORMAT: Final = 1
NONCE_BYTES: Final = 12
CIPHERS_KEPT: Final = 64
"""Ciphers of the visits that were sealed last. Each is 2.5 KB of the library's, and made in 4 us."""
_HEAD_BYTES: Final = 3 + NONCE_BYTES

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(dict[str, str])


class SealBroken(Exception):
    """A sealed text cannot be opened: another pepper's, another visit's, or damaged. Says nothing of what
    is inside.
    """


class Sealer:
    """Seals and opens the texts of visits. `random` gives so many random bytes."""

    def __init__(self, secrets: Secrets, random: Callable[[int], bytes]) -> None:
        self._secrets = secrets
        self._random = random
        self._cipher = lru_cache(CIPHERS_KEPT)(self._made_cipher)

    def seal(self, texts: dict[str, str], visit: VisitId, part: str) -> bytes:
        """Seal texts for one part of a visit, under the newest key."""
        return self.seal_written(written(texts), visit, part)

    def seal_written(self, text: bytes, visit: VisitId, part: str) -> bytes:
        """Seal texts that were `written` already."""
        key_id = self._secrets.newest
        cipher = self._cipher(visit, key_id)
        if cipher is None:
            raise SealBroken("the newest key is missing")
        nonce = self._random(NONCE_BYTES)
        head = bytes((FORMAT,)) + key_id.to_bytes(2, "big")
        return head + nonce + cipher.encrypt(nonce, text, _bound(head, visit, part))

    def open(self, sealed: bytes, visit: VisitId, part: str) -> dict[str, str]:
        """Open what `seal` sealed for this part of this visit. Raises SealBroken."""
        head, nonce, text = sealed[:3], sealed[3:_HEAD_BYTES], sealed[_HEAD_BYTES:]
        if len(nonce) != NONCE_BYTES or head[0] != FORMAT:
            raise SealBroken("not a sealed text of a known format")
        cipher = self._cipher(visit, int.from_bytes(head[1:], "big"))
        if cipher is None:
            raise SealBroken("sealed with a key that this pepper does not have")
        try:
            return _decoder.decode(cipher.decrypt(nonce, text, _bound(head, visit, part)))
        except (InvalidTag, msgspec.DecodeError):
            raise SealBroken("sealed for another place, or damaged") from None

    def _made_cipher(self, visit: VisitId, key_id: int) -> AESGCM | None:
        key = self._secrets.sealing_key(visit, key_id)
        return None if key is None else AESGCM(key)


def written(texts: dict[str, str]) -> bytes:
    """Write texts down, as they are sealed."""
    return _encoder.encode(texts)


def _bound(head: bytes, visit: VisitId, part: str) -> bytes:
    return head + len(visit).to_bytes(2, "big") + visit.encode() + part.encode()
