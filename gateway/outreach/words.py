"""What a letter says, in its language, before it becomes a mail or a text message (D12)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from actors.numbers import as_read
from actors.ports import Dispatch
from engine.letters import Kind
from languages import nearest, say
from languages.times import day_and_time, length, short_day_and_time

MINUTE: Final = 60_000
NAME_LONGEST: Final = 80
"""Letters of a clinic's or a provider's name that a mail shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a letter has to say, ready to be written: names without line breaks, times in words."""

    language: str
    kind: Kind
    clinic: str
    provider: str
    phone: str
    """The clinic's own number, as people read it; "" when there is none."""
    when: str
    when_short: str
    length: str
    opens: str
    """How long before the start the patient may come in."""
    link: str
    """Empty in a cancellation."""
    number: str
    """The dial-in number as people read it; "" without a PIN to enter, and in a cancellation."""
    pin: str
    """In groups."""
    dial: str
    """The number and the PIN as a telephone dials them, with pauses: `+14155550123,,1234567890#`."""
    patient: bool

    def say(self, key: str, **parts: str) -> str:
        """Give a sentence in the letter's language, with what it has to tell filled in."""
        return say(
            self.language, key, clinic=self.clinic, provider=self.provider, minutes=self.opens, **parts
        )

    @property
    def tel(self) -> str:
        """The address that a tap dials (RFC 3966); commas pause, and `#` is not a fragment."""
        return f"tel:{quote(self.dial, safe='+,')}"


def told(dispatch: Dispatch) -> Told:
    """Say what a letter has to say."""
    clinic, language = dispatch.clinic, nearest(dispatch.language)
    over = dispatch.kind is Kind.CANCELLATION
    by_phone = bool(dispatch.number and dispatch.pin) and not over
    about = (dispatch.start, clinic.zone, language, clinic.country)
    return Told(
        language=language,
        kind=dispatch.kind,
        clinic=one_line(clinic.name) or say(language, "letters.clinic"),
        provider=one_line(dispatch.provider) or say(language, "letters.your_provider"),
        phone=one_line(clinic.phone),
        when=day_and_time(*about),
        when_short=short_day_and_time(*about),
        length=length(dispatch.start, dispatch.end, language),
        opens=say(language, "times.minutes", count=round(clinic.opens_before / MINUTE)),
        link="" if over else dispatch.link,
        number=as_read(dispatch.number) if by_phone else "",
        pin=grouped(dispatch.pin) if by_phone else "",
        dial=f"{dispatch.number},,{dispatch.pin}#" if by_phone else "",
        patient=dispatch.patient,
    )


def one_line(text: str) -> str:
    """Take from a name what could break a line, turn the writing's direction or end a header (threat 12)."""
    kept = "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in text)
    return " ".join(kept.split())[:NAME_LONGEST].rstrip()


def grouped(pin: str) -> str:
    """Write a PIN as it is spoken, 3-3-4 (D4)."""
    return " ".join(part for part in (pin[:3], pin[3:6], pin[6:]) if part)
