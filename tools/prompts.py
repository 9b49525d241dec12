"""Speak the prompts of the telephone: the texts of every language into 8 kHz mu-law, by espeak-ng and sox.

python -m tools.prompts [--or-tones]     without the two programs: the one command that installs them, and
                                         status 3, or 0 where tones will do
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from gateway.dialin.prompts import BUILT, texts
from languages import languages
from tools.system_packages import STATUS_MISSING, by_hand

VOICES: Final = {"en": "en-us", "es": "es-419"}
WORDS_A_MINUTE: Final = "145"
PROGRAMS: Final = {"espeak-ng": "espeak-ng", "sox": "sox"}
"""Debian's package of each program."""
STAMP: Final = ".built"


def speak(text: str, voice: str, to: Path) -> None:
    """Write one clip: spoken, cut to what is said, as loud as a call, in the band of a telephone."""
    spoken = subprocess.run(  # noqa: S603 - fixed words and our own texts
        ["espeak-ng", "-v", voice, "-s", WORDS_A_MINUTE, "--stdout", "--", text],  # noqa: S607
        check=True,
        capture_output=True,
    )
    raw = ["-t", "raw", "-e", "mu-law", "-b", "8", "-c", "1", "-r", "8000", str(to)]
    band = ["gain", "-6", "highpass", "250", "lowpass", "3400"]
    quiet_cut = ["silence", "1", "0.01", "0.3%", "reverse", "silence", "1", "0.01", "0.3%", "reverse"]
    subprocess.run(  # noqa: S603
        ["sox", "-q", "-D", "-t", "wav", "-", *raw, *band, *quiet_cut, "norm", "-6"],  # noqa: S607
        input=spoken.stdout,
        check=True,
    )


def build(folder: Path) -> int:
    """Write every clip of every language anew; give how many."""
    work = [
        (text, VOICES[language], folder / language / f"{clip}.ulaw")
        for language in languages()
        for clip, text in texts(language).items()
    ]
    (folder / STAMP).unlink(missing_ok=True)
    for language in languages():
        shutil.rmtree(folder / language, ignore_errors=True)
        (folder / language).mkdir(parents=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda one: speak(*one), work))
    (folder / STAMP).write_text(stamp())
    return len(work)


def stamp() -> str:
    """Name what is spoken and how, so that nothing is spoken twice."""
    spoken = [(VOICES[language], WORDS_A_MINUTE, texts(language)) for language in languages()]
    return hashlib.sha256(repr(spoken).encode()).hexdigest()


def fresh(folder: Path) -> bool:
    """Say whether everything there is spoken as it would be now."""
    file = folder / STAMP
    return file.is_file() and file.read_text() == stamp()


def main(arguments: list[str]) -> int:
    """Build, or say what is missing; with `--or-tones` that is no failure."""
    if fresh(BUILT):
        return 0
    missing = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    if missing:
        print(
            f"Callers will hear tones in place of words: the prompts need {' and '.join(missing)}."
            f" Run this once, then `make prompts`:\n\n    {by_hand(missing)}\n",
            file=sys.stderr,
        )
        return 0 if "--or-tones" in arguments else STATUS_MISSING
    print(f"{build(BUILT)} spoken prompts made")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
