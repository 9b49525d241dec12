"""Names: what people are called is kept, and what would harm a page or a log is refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.names import LONGEST, safe_label, safe_name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ann", "Ann"),
        ("  Ann   Lee ", "Ann Lee"),
        ("Jose\u0301", "José"),
        ("Nguyễn Thị Hương", "Nguyễn Thị Hương"),
        ("李小龍", "李小龍"),
        ("علی‌رضا", "علی‌رضا"),
        ("O'Brien-Smith, Jr.", "O'Brien-Smith, Jr."),
        ("<b>Ann</b>", "<b>Ann</b>"),
        ("👩‍⚕️ Ann", "👩‍⚕️ Ann"),
    ],
)
def test_the_names_of_people_are_kept(typed: str, kept: str) -> None:
    """Any script, composed and stripped; markup is text, for pages show names as text."""
    assert safe_name(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "\n\t",
        "x" * (LONGEST + 1),
        pytest.param("x" * 10_000_000, id="10 MB"),
        "Ann\x00",
        "Ann\x1b[31m",
        "Ann\r\nBcc: all@example.com",
        "\u202etxt.exe",
        "Ann\u2066Lee\u2069",
        "\u200fAnn",
        "\ud800",
        "\ufeffAnn",
        "\u3164",
        "\u200d\u200d",
        "e" + "\u0301" * 30,
        "Ann\u2028Lee",
    ],
)
def test_what_is_no_name_is_refused(typed: str) -> None:
    """Nothing visible, too long, control and bidi characters, stacked marks: the person is asked again
    (threat 11).
    """
    assert safe_name(typed) is None


@given(st.text(max_size=80))
def test_what_is_kept_is_safe_and_stays_the_same(typed: str) -> None:
    """A kept name is NFC, 1 to 64 characters, one line, without control characters, and is kept as it is
    again.
    """
    name = safe_name(typed)
    if name is not None:
        assert 0 < len(name) <= LONGEST
        assert name == unicodedata.normalize("NFC", name)
        assert not any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in name)
        assert safe_name(name) == name


def test_a_label_may_be_empty_and_a_name_may_not() -> None:
    """The clinic need not say who an invitation is for."""
    assert safe_label("  ") == ""
    assert safe_label("Daughter") == "Daughter"
    assert safe_label("\x00") is None
