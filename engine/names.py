"""What a person may be called: safe to show, to log nowhere, and never empty."""

import unicodedata
from typing import Final

LONGEST: Final = 64
"""Characters that a name may have, after NFC."""

_TYPED_LONGEST: Final = 4096
_JOINERS: Final = "\u200c\u200d"  # Persian and Indic names, and emoji, need them
_BLANKS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and symbols that show nothing
_FORBIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MARKS_IN_A_ROW: Final = 4


def safe_name(typed: str) -> str | None:
    """Return the name as it is kept and shown: NFC, stripped, one space where there were several; None when
    it cannot be one.

    Refused are: nothing visible, more than 64 characters, control and bidi characters (threat 11), stacks of
    marks.
    """
    if len(typed) > _TYPED_LONGEST:
        return None
    if typed.isascii() and typed.isprintable():
        name = " ".join(typed.split())
        return name if 0 < len(name) <= LONGEST else None
    return _safe_beyond_ascii(typed)


def safe_label(typed: str) -> str | None:
    """Return a label as `safe_name` would, but an empty one is a label too."""
    return safe_name(typed) if typed.strip() else ""


def _safe_beyond_ascii(typed: str) -> str | None:
    stripped = unicodedata.normalize("NFC", typed).strip()
    if not 0 < len(stripped) <= LONGEST or not all(map(_may_stand, stripped)):
        return None
    name = " ".join(stripped.split())
    return name if _is_visible(name) and not _has_a_stack_of_marks(name) else None


def _may_stand(letter: str) -> bool:
    return letter in _JOINERS or (letter not in _BLANKS and unicodedata.category(letter) not in _FORBIDDEN)


def _is_visible(name: str) -> bool:
    return any(unicodedata.category(letter)[0] in "LNPS" for letter in name)


def _has_a_stack_of_marks(name: str) -> bool:
    row = 0
    for letter in name:
        row = row + 1 if unicodedata.category(letter)[0] == "M" else 0
        if row > _MARKS_IN_A_ROW:
            return True
    return False
