"""Clips: ours, a clinic's own, and tones where there are none; mu-law as ITU-T G.711 writes it."""

from __future__ import annotations

import wave
from array import array
from pathlib import Path

import pytest

from gateway.dialin.acts import PAUSE, Clip, minutes, spoken
from gateway.dialin.g711 import decode, encode
from gateway.dialin.leg import FRAME, RATE, SILENCE
from gateway.dialin.prompts import Prompts, PromptUnusable, texts, tones
from languages import languages


def record(folder: Path, name: str, *, samples: int = 800, rate: int = RATE, level: int = 1000) -> bytes:
    """Write a recording; give what callers hear of it."""
    sound = array("h", [level] * samples)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(folder / name), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(sound.tobytes())
    return encode(sound)


def test_mu_law_is_the_standards() -> None:
    """Zero, the loudest, and each byte itself again but for the second zero."""
    assert encode(array("h", [0, 32_767, -32_768, -1])) == b"\xff\x80\x00\x7f"
    every = bytes(range(256))
    assert [byte for byte in every if encode(decode(bytes([byte]))) != bytes([byte])] == [0x7F]
    assert (
        max(abs(one - two) for one, two in zip(decode(encode(decode(every))), decode(every), strict=True))
        == 0
    )


def test_every_sentence_of_the_way_has_a_text_in_every_language() -> None:
    """And every number that may have to be said."""
    for language in languages():
        known = texts(language)
        assert {clip.value for clip in Clip} < known.keys()
        assert {minutes(count) for count in (-1, 0, 1, 59, 60, 61)} < known.keys()
        assert set(spoken("+1 (415) 555-0100")) - {PAUSE} < known.keys()


def test_a_number_is_said_with_its_pauses() -> None:
    """As it is written, and never two pauses at once."""
    said = spoken("+1 (415) 55")
    assert said == ("digit.1", PAUSE, "digit.4", "digit.1", "digit.5", PAUSE, "digit.5", "digit.5")
    assert spoken("") == ()


def test_without_a_build_there_are_tones_and_it_is_said(tmp_path: Path) -> None:
    """Each clip is missing by its name."""
    prompts = Prompts(built=tmp_path)
    assert "en/held" in prompts.missing
    assert "es/digit.7" in prompts.missing
    assert tones(Clip.HELD) in prompts.sound("+1", "en", [Clip.HELD])
    assert tones("digit.1") != tones("digit.2")


def test_what_was_built_is_played_joined_in_whole_frames(tmp_path: Path) -> None:
    """In the number's language; a language that we do not speak is the first."""
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "held.ulaw").write_bytes(b"\x01" * 100)
    (tmp_path / "en" / "goodbye.ulaw").write_bytes(b"\x02" * 7)
    sound = Prompts(built=tmp_path).sound("+1", "de", [Clip.HELD, Clip.GOODBYE])
    assert sound.startswith(b"\x01" * 100 + SILENCE)
    assert b"\x02" * 7 in sound
    assert len(sound) % FRAME == 0


def test_a_clinics_own_recording_goes_before_a_numbers_before_all(tmp_path: Path) -> None:
    """And what it did not record is ours."""
    of_all = record(tmp_path, "en/held.wav", level=1000)
    of_one = record(tmp_path, "+15550100/en/held.wav", level=9000)
    prompts = Prompts(built=tmp_path / "none", own=tmp_path)
    assert prompts.sound("+15550100", "en", [Clip.HELD]) == of_one
    assert prompts.sound("+15550199", "en", [Clip.HELD]) == of_all
    assert prompts.sound("+15550100", "es", [Clip.HELD]).startswith(tones(Clip.HELD))
    assert "en/held" not in prompts.missing


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("en/held.wav", {"rate": 16_000}),
        ("en/held.wav", {"samples": 31 * RATE}),
        ("en/held.wav", {"samples": 0}),
        ("en/hold.wav", {}),
        ("de/held.wav", {}),
        ("held.wav", {}),
        ("a/b/en/held.wav", {}),
    ],
)
def test_a_recording_that_cannot_be_used_is_named(tmp_path: Path, name: str, how: dict[str, int]) -> None:
    """At the start, and not when a caller would have heard it."""
    record(tmp_path, name, **how)
    with pytest.raises(PromptUnusable, match=name):
        Prompts(own=tmp_path)
