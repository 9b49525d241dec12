"""Parts are counted as a network counts them."""

from __future__ import annotations

import pytest

from gateway.outreach.gsm import is_gsm, parts, plain, septets


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("á" * 134, 2),
        ("á" * 135, 3),
        ("a" * 69 + "á" + "a" * 64, 2),
        ("\N{WAVING HAND SIGN}" * 35, 1),
        ("\N{WAVING HAND SIGN}" * 36, 2),
    ],
)
def test_how_many_parts(text: str, count: int) -> None:
    """160 or 153 each in GSM-7, 70 or 67 in UCS-2; an extended letter takes two places."""
    assert parts(text) == count


def test_an_escape_is_not_parted_from_its_letter() -> None:
    """So 306 places may need three parts."""
    text = "a" * 152 + "€" + "a" * 152
    assert septets(text) == 306
    assert parts(text) == 3


def test_neither_is_a_letter_beyond_the_bmp() -> None:
    """A surrogate pair stays whole."""
    assert parts("a" * 66 + "\N{WAVING HAND SIGN}" + "á" * 66) == 3


def test_spanish_is_written_in_the_alphabet() -> None:
    """é, ñ, ü, ¿ and ¡ are in it; á, í, ó, ú lose their accent."""
    assert plain("¿Mañana? ¡Sí! Atención: José, lingüista, aquí más") == (
        "¿Mañana? ¡Si! Atencion: José, lingüista, aqui mas"
    )
    assert plain("O\N{RIGHT SINGLE QUOTATION MARK}Neill \N{EN DASH} Łukasz…") == "O'Neill - Lukasz..."
    assert not is_gsm(plain("«Ramírez»"))


def test_what_has_no_such_letter_stays() -> None:
    """And is counted as UCS-2."""
    assert plain("李医生") == "李医生"
    assert parts(plain("李医生")) == 1
