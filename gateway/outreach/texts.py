"""Letters as text messages: at most two parts, whatever the names are.

A text is written in the GSM-7 alphabet (gateway/outreach/gsm.py). Names give way; the link, the number
and the PIN are never cut.
"""

from __future__ import annotations

from typing import Final

from engine.letters import Kind
from gateway.outreach.gsm import is_gsm, parts, plain
from gateway.outreach.words import Told
from languages import say

PARTS_AT_MOST: Final = 2
NAME_SIZES: Final = ((40, 40), (30, 30), (24, 24), (16, 20), (12, 12))
"""Letters that the clinic's and the provider's names may have, from the best to the least."""
LINK_LONGEST: Final = 110
"""Letters of a link with which every text still fits; `config check` holds public_url to it."""


def write(told: Told) -> str:
    """Write a letter as a text message of at most two parts."""
    clinic, provider = _spoken(told)
    for most_clinic, most_provider in NAME_SIZES:
        text = _text(told, _cut(clinic, most_clinic), _cut(provider, most_provider))
        if parts(text) <= PARTS_AT_MOST:
            break
    return text


def _spoken(told: Told) -> tuple[str, str]:
    """Give the names in the alphabet, and plain words for one that it cannot write."""
    clinic, provider = plain(told.clinic), plain(told.provider)
    return (
        clinic if is_gsm(clinic) else plain(say(told.language, "letters.clinic")),
        provider if is_gsm(provider) else plain(say(told.language, "letters.your_provider")),
    )


def _text(told: Told, clinic: str, provider: str) -> str:
    said = {"clinic": clinic, "provider": provider, "when": told.when_short}
    if told.kind is not Kind.CANCELLATION:
        said["link"] = told.link
    lines = [say(told.language, f"sms.{told.kind}", **said)]
    if told.dial:
        lines.append(say(told.language, "sms.dial", dial=told.dial))
    lines.append(say(told.language, "sms.stop"))
    return plain("\n".join(lines))


def _cut(name: str, most: int) -> str:
    """Shorten a name between words where that can be done."""
    if len(name) <= most:
        return name
    head, space, _ = name[: most - 1].rpartition(" ")
    return f"{head if space and len(head) > most // 2 else name[: most - 2].rstrip()}.."
