"""Text messages as networks count them: in which alphabet, and in how many parts (3GPP TS 23.038, 23.040)."""

from __future__ import annotations

import unicodedata
from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("\f^{}\\[~]|€")
"""Letters that take two places: an escape and themselves."""

SINGLE: Final = 160
"""Places in a message of one part; several parts give seven of theirs to the header that joins them."""
JOINED: Final = 153
WIDE_SINGLE: Final = 70
"""The same in UTF-16 units, which UCS-2 messages are sent in."""
WIDE_JOINED: Final = 67

_LOOKALIKES: Final = str.maketrans(
    {
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{HORIZONTAL ELLIPSIS}": "...",
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
        "\t": " ",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "º": "o",
        "ª": "a",
    }
)


def is_gsm(text: str) -> bool:
    """Whether every letter is one of the GSM-7 alphabet or of its extension."""
    return all(letter in _BASIC or letter in _EXTENDED for letter in text)


def septets(text: str) -> int:
    """Count the places that a text of the GSM-7 alphabet takes."""
    return sum(2 if letter in _EXTENDED else 1 for letter in text)


def parts(text: str) -> int:
    """Count the messages that a text is sent, and paid for, as.

    An escape and its letter are not parted, nor are the halves of a letter beyond the BMP; so a part may stay
    one place short.
    """
    if is_gsm(text):
        sizes = [2 if letter in _EXTENDED else 1 for letter in text]
        return _parts(sizes, SINGLE, JOINED)
    return _parts([len(letter.encode("utf-16-be")) // 2 for letter in text], WIDE_SINGLE, WIDE_JOINED)


def _parts(sizes: list[int], single: int, joined: int) -> int:
    if sum(sizes) <= single:
        return 1
    count, left = 1, joined
    for size in sizes:
        if size > left:
            count, left = count + 1, joined
        left -= size
    return count


def plain(text: str) -> str:
    """Write a text in the GSM-7 alphabet as far as it can be: letters that it lacks without their accents.

    One message of Spanish with its accents would be counted as four. What has no such letter stays.
    """
    return "".join(map(_plain, unicodedata.normalize("NFC", text).translate(_LOOKALIKES)))


def _plain(letter: str) -> str:
    if letter in _BASIC or letter in _EXTENDED:
        return letter
    bare = "".join(one for one in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(one))
    return bare if bare and is_gsm(bare) else letter
