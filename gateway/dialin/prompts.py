"""What callers hear: clips of mu-law sound by language and name, from the build and from the clinic.

`make prompts` speaks the texts of `languages` (under `phone`) into `sounds/<language>/<clip>.ulaw`. A
clinic's own recordings go before: WAV files, 8 kHz, mono, 16 bit, in
`<folder>/<dialled number>/<language>/<clip>.wav`, or in `<folder>/<language>/` for all numbers. Without the
build there are tones.
"""

from __future__ import annotations

import math
import wave
from array import array
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

from gateway.dialin.acts import MINUTES, PAUSE, PIN_LENGTHS, Clip, ask_pin, minutes
from gateway.dialin.g711 import encode, linear
from gateway.dialin.leg import FRAME, RATE, SILENCE
from languages import languages, nearest, say

BUILT: Final = Path(__file__).parent / "sounds"
LONGEST: Final = 30
"""Seconds of a clinic's own clip."""
PAUSE_FRAMES: Final = 15
BETWEEN: Final = SILENCE * 5
"""Between two clips."""


def texts(language: str) -> dict[str, str]:
    """Give what is spoken in each clip of a language."""
    spoken = {clip.value: say(language, f"phone.{clip.value}") for clip in Clip}
    spoken |= {ask_pin(length): say(language, "phone.ask_pin", count=length) for length in PIN_LENGTHS}
    spoken |= {minutes(count): say(language, "times.minutes", count=count) for count in MINUTES}
    return spoken | {f"digit.{digit}": str(digit) for digit in range(10)}


class PromptUnusable(Exception):
    """A clinic's own recording cannot be played; the text says which and why."""


class Prompts:
    """The clips of every language, in memory; a clinic's own replace ours. Raises PromptUnusable."""

    def __init__(self, built: Path = BUILT, own: Path | None = None) -> None:
        self._clips = {language: dict(_built(built / language)) for language in languages()}
        self._own: dict[tuple[str, str], dict[str, bytes]] = {}
        if own is not None and own.is_dir():
            self._read_own(own)
        self.missing = sorted(
            f"{language}/{clip}"
            for language in languages()
            for clip in texts(language).keys() - self._known(language)
        )
        """Clips that nobody has spoken, for which tones are heard."""

    def sound(self, number: str, language: str, clips: Iterable[str]) -> bytes:
        """Join clips into one prompt for the callers of a number; whole frames."""
        language = nearest(language)
        sound = BETWEEN.join(self._clip(number, language, clip) for clip in clips)
        return sound + SILENCE[: -len(sound) % FRAME]

    def _known(self, language: str) -> set[str]:
        return {*self._clips[language], *self._own.get(("", language), {})}

    def _clip(self, number: str, language: str, clip: str) -> bytes:
        if clip == PAUSE:
            return SILENCE * PAUSE_FRAMES
        for of in (number, ""):
            if own := self._own.get((of, language), {}).get(clip):
                return own
        return self._clips[language].get(clip) or tones(clip)

    def _read_own(self, folder: Path) -> None:
        known = set(languages())
        for at in sorted(one for one in folder.rglob("*.wav") if one.is_file()):
            *number, language = at.relative_to(folder).parent.parts or ("",)
            if language in known and len(number) <= 1 and at.stem in texts(language):
                self._own.setdefault(("".join(number), language), {})[at.stem] = _recorded(at)
            else:
                raise PromptUnusable(f"{at}: there is no such clip; name it <number>/<language>/<clip>.wav")


def _built(folder: Path) -> Iterator[tuple[str, bytes]]:
    for file in folder.glob("*.ulaw"):
        yield file.stem, file.read_bytes()


def _recorded(file: Path) -> bytes:
    try:
        with wave.open(str(file)) as opened:
            shape = (opened.getframerate(), opened.getnchannels(), opened.getsampwidth())
            frames = opened.getnframes()
            sound = opened.readframes(min(frames, LONGEST * RATE))
    except (wave.Error, EOFError, OSError) as error:
        raise PromptUnusable(f"{file}: this is no WAV file ({error})") from error
    if shape != (RATE, 1, 2) or not 0 < frames <= LONGEST * RATE:
        raise PromptUnusable(f"{file}: it must have 8000 Hz, one channel, 16 bit and at most {LONGEST} s")
    return encode(linear(sound))


# ---------------------------------------------------------------- tones, where nothing was built

_RISING: Final = (Clip.GREETING, Clip.IN_CALL, Clip.UNMUTED, Clip.EXTENDED)
_FALLING: Final = (Clip.NOT_FOUND, Clip.TOO_SHORT, Clip.NOTHING_TYPED, Clip.GOODBYE, Clip.MUTED)


@cache
def tones(clip: str) -> bytes:
    """Give a short pattern of tones for a clip that was not built: rising for good news, falling for bad."""
    if clip in _RISING:
        return _tone(440) + _tone(660)
    if clip in _FALLING:
        return _tone(520) + _tone(390)
    if clip.startswith("ask_pin"):
        return _tone(600) + SILENCE * 5 + _tone(600)
    if clip.startswith("digit."):
        return _tone(300 + 40 * int(clip.removeprefix("digit.")))
    return _tone(480)


def _tone(hertz: int, milliseconds: int = 200) -> bytes:
    count = RATE * milliseconds // 1000
    edge = RATE // 100
    samples = (
        round(8000 * min(1.0, at / edge, (count - at) / edge) * math.sin(2 * math.pi * hertz * at / RATE))
        for at in range(count)
    )
    return encode(array("h", samples))
