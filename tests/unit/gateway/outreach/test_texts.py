"""Every text message has at most two parts, in every language, with the longest names there may be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.letters import Kind
from gateway.outreach.gsm import is_gsm, parts, septets
from gateway.outreach.texts import LINK_LONGEST, PARTS_AT_MOST, write
from gateway.outreach.words import told
from languages import languages, say
from tests.support.letters import CLINIC, LETTER, letter

TOKEN = LETTER.link.partition("#")[2]
LONGEST = {
    "clinic": replace(CLINIC, name="Centro de Atención Médica " + "Ñandú " * 20, zone="Asia/Kathmandu"),
    "start": round(datetime(2026, 9, 30, 19, 47, tzinfo=UTC).timestamp() * 1000),
    "provider": "Dra. María de los Ángeles Fernández-Villavicencio Gutiérrez de la Concepción",
    "link": ("https://" + "v" * 200)[: LINK_LONGEST - len(TOKEN) - 3] + f"/j#{TOKEN}",
    "number": "+123456789012345",
    "pin": "1234567890123",
}


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("longest", [False, True])
def test_at_most_two_parts(language: str, kind: Kind, longest: bool) -> None:
    """Counted and printed: `pytest -s` shows each."""
    dispatch = letter(kind=kind, language=language, **(LONGEST if longest else {}))
    text = write(told(dispatch))
    print(f"\n[{language} {kind}: {parts(text)} parts, {septets(text)} places]\n{text}")
    assert is_gsm(text)
    assert parts(text) <= PARTS_AT_MOST
    if kind is not Kind.CANCELLATION:
        assert dispatch.link in text.split()
        assert f"{dispatch.number},,{dispatch.pin}#" in text.split()
    assert "STOP" in text


@pytest.mark.parametrize("language", languages())
def test_the_usual_answers_are_one_part(language: str) -> None:
    """What STOP, START and HELP are answered with."""
    for key in ("stopped", "started", "help"):
        assert parts(say(language, f"sms.{key}")) <= PARTS_AT_MOST, key


def test_the_patients_own_text_has_no_pin() -> None:
    """Their link has none (R13)."""
    text = write(told(letter(kind=Kind.CONFIRMATION, patient=True, pin="")))
    assert ",," not in text
    assert LETTER.link in text


def test_names_that_the_alphabet_cannot_write() -> None:
    """Are said in plain words, so that the link still fits into two parts."""
    text = write(told(letter(provider="李医生", language="es")))
    assert "su profesional de salud" in text
    assert is_gsm(text)


def test_a_name_cannot_bring_lines_of_its_own() -> None:
    """Nor turn the writing around."""
    name = "Dr. X\r\nPIN: 999\N{RIGHT-TO-LEFT OVERRIDE}"
    first, _, _ = write(told(letter(provider=name))).partition("\n")
    assert "Dr. X PIN: 999," in first
