"""Twilio's signature: how its requests are told from everybody else's, whatever they are about."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

Fields = Sequence[tuple[str, str]]


def twilio_signature(token: str, url: str, fields: Fields = ()) -> str:
    """Sign a request as Twilio does: HMAC-SHA1 over the URL and the sorted fields."""
    signed = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), "sha1").digest()).decode()


def is_signed(token: str, urls: Iterable[str], fields: Fields, given: str) -> bool:
    """Whether a request to one of these addresses, as Twilio knows them, has this signature.

    Twilio signs the usual port or leaves it out, depending on the product: both are right.
    """
    right = False
    for url in urls:
        for spelled in _spellings(url):
            right |= hmac.compare_digest(twilio_signature(token, spelled, fields).encode(), given.encode())
    return right


_USUAL = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def _spellings(url: str) -> Iterator[str]:
    yield url
    parts = urlsplit(url)
    if parts.port is None and parts.scheme in _USUAL:
        yield url.replace(parts.netloc, f"{parts.netloc}:{_USUAL[parts.scheme]}", 1)
