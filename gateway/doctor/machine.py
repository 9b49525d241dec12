"""What the doctor looks at on this machine: settings, folders, disk, pepper, pages, time zones."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from typing import Final

from actors.pepper import PepperUnusable, read_pepper
from gateway.api.pages import Pages
from gateway.api.static import STATIC
from gateway.doctor.finding import Finding, note, ok, problem
from gateway.settings import Settings
from gateway.settings_check import advice, problems

ROOM_BYTES: Final = 1 << 30
LAST_ROOM_BYTES: Final = 100 << 20
"""With less the store soon cannot write, and then stops."""


def machine(settings: Settings) -> Iterator[Finding]:
    """Look at everything that does not need to be asked."""
    yield from _settings(settings)
    yield from _folder(settings)
    yield _pepper(settings)
    yield _pages()
    yield _zones()


def _settings(settings: Settings) -> Iterator[Finding]:
    found = problems(settings)
    for one in found:
        yield problem(
            "settings", str(one), f"Change {one.key}; `vestibule config show` says where it is set."
        )
    for one in advice(settings):
        yield note("settings", str(one))
    if not found:
        yield ok("settings", f"people open {settings.public_url}")


def _folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir
    if not folder.exists():
        yield note("data folder", f"{folder} is not there yet; the first start makes it.")
        return
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        yield note("data folder", f"others can read {folder} (mode {mode:o}).", f"chmod 700 {folder}")
    if not os.access(folder, os.W_OK | os.X_OK):
        yield problem(
            "data folder",
            f"{folder} cannot be written by this user.",
            "Give it to the user that runs the node.",
        )
        return
    yield ok("data folder", str(folder))
    free = shutil.disk_usage(folder).free
    room = f"{free >> 20:,} MiB are free where {folder} is"
    if free < LAST_ROOM_BYTES:
        yield problem("disk", f"only {room}: the store is about to stop.", "Make room now.")
    elif free < ROOM_BYTES:
        yield note("disk", f"only {room}.", "Make room.")
    else:
        yield ok("disk", room)


def _pepper(settings: Settings) -> Finding:
    folder = settings.secrets_folder
    if not (folder / "pepper").exists():
        return note("pepper", f"there is none in {folder} yet; the first start makes it.", "Then back it up.")
    try:
        keys = read_pepper(folder)
    except PepperUnusable as error:
        return problem("pepper", str(error), "Mend the file, or put it back from your copy of it.")
    return ok("pepper", f"{folder / 'pepper'}, {len(keys)} key(s)")


def _pages() -> Finding:
    if Pages(STATIC).built():
        return ok("pages", "built")
    return problem("pages", "not built.", "Run `make web` in the checkout.")


def _zones() -> Finding:
    from zoneinfo import available_timezones

    if available_timezones():
        return ok("time zones", "known")
    return problem("time zones", "this machine knows none.", "Install tzdata.")
