"""`python -m tools.compiled [--remove]`: compile what each join goes through, or go back to the sources.

An option for large nodes, and nothing that anybody needs: the same sources, typed as they are, are compiled
by mypyc, and Python takes the compiled modules where they lie beside them. Needs a C compiler, Python's
headers and setuptools. After a change of the sources compile again, or remove; what it gives is in
docs/performance.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Final

from tools.plain_classes import prepared

ROOT: Final = Path(__file__).resolve().parent.parent
PACKAGES: Final = ("engine", "languages", "signaling", "actors", "gateway")
MODULES: Final = tuple(
    f"{package}/{name}.py"
    for package, names in (
        ("engine", sorted({one.stem for one in (ROOT / "engine").glob("*.py")} - {"__init__", "clinic"})),
        ("signaling", ("codec", "session", "telling", "translate", "views", "words")),
        ("actors", ("board", "body", "commit", "days", "deadlines", "keyed", "live", "reception")),
        ("actors", ("sealing", "secrets", "shard")),
        ("gateway", ("sockets", "turnstile", "websocket/frames")),
    )
    for name in names
)
"""What decides, tells, saves and speaks. Messages stay msgspec's, which are C already, and so does `Clinic`,
which is read by msgspec and copied.
"""

SUFFIX: Final = str(sysconfig.get_config_var("EXT_SUFFIX"))
_SHARED: Final = f"*__mypyc{SUFFIX}"
"""The one library that all compiled modules are in."""


def compiled() -> list[Path]:
    """List the compiled modules that are there."""
    beside = [(ROOT / one).with_suffix(SUFFIX) for one in MODULES]
    return [*(one for one in beside if one.exists()), *ROOT.glob(_SHARED)]


def remove() -> None:
    """Go back to the sources."""
    for one in compiled():
        one.unlink()


def build() -> None:
    """Compile in a folder that is thrown away, and put the result beside the sources."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        ignored = shutil.ignore_patterns("*.so", "*.pyc", "static", "sounds")
        for package in PACKAGES:
            shutil.copytree(ROOT / package, work / package, ignore=ignored)
        for one in map(work.__truediv__, MODULES):
            one.write_text(prepared(one.read_text(encoding="utf-8")), encoding="utf-8")
        command = [sys.executable, "-m", "mypyc", *MODULES]
        subprocess.run(command, cwd=work, env=os.environ | {"PYTHONPATH": folder}, check=True)  # noqa: S603  our words
        remove()
        for made in [*work.glob(_SHARED), *((work / one).with_suffix(SUFFIX) for one in MODULES)]:
            shutil.copy2(made, ROOT / made.relative_to(work))


def main() -> None:
    """Do as asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--remove", action="store_true", help="go back to the sources")
    if parser.parse_args().remove:
        remove()
        return
    build()
    sys.stdout.write(f"{len(compiled()) - 1} modules are compiled; --remove goes back to their sources\n")


if __name__ == "__main__":
    main()
