"""No log line holds a link, a PIN or a name, whoever wrote it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from gateway.logs import JOIN, configure_logs, named, own, redact, redacted_path, redacted_text
from gateway.settings_sections import Log

TOKEN = "0417-7h3kq2m9xw4c.shared.iKUqeWroO7E1k0f7lk9oCg"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leave the logging of other tests alone."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    own.silence()
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        (f"/j#{TOKEN}", "/j[redacted]"),
        (f"/j%23{TOKEN}", "/j[redacted]"),
        (f"/V%23{TOKEN}", "/V[redacted]"),
        ("/welcome%23demo-admin.kUqeWroO7E1k0f7lk9oCg", "/welcome[redacted]"),
        ("/api/v1/staff/demo-admin/welcome", "/api/v1/staff/[redacted]/welcome"),
        ("/call?visit=0417-7h3kq2m9xw4c", "/call"),
        (f"/{TOKEN}", "/[redacted]"),
        ("/api/v1/visits/0417-7h3kq2m9xw4c", "/api/v1/visits/0417-7h3kq2m9xw4c"),
    ],
)
def test_a_path_is_logged_without_query_and_fragment(path: str, logged: str) -> None:
    """An id of a visit is no secret; all that lets somebody in is."""
    assert redacted_path(path) == logged


@pytest.mark.parametrize("pin", ["1234567890", "123 456 7890", "123-456-7890"])
def test_what_looks_like_a_pin_is_not_logged(pin: str) -> None:
    """However it is grouped; longer and shorter numbers stay."""
    assert pin not in redacted_text(f"typed {pin} at 12345 of 1700000000999")
    assert "12345 of 1700000000999" in redacted_text("at 12345 of 1700000000999")


def test_values_are_redacted_by_their_names_too() -> None:
    """Also inside of other values."""
    event = redact(None, "", {"event": "x", "name": "Ana", "Password": "p", "more": {"pin": 1, "a": [TOKEN]}})
    assert event == {
        "event": "x",
        "name": "[redacted]",
        "Password": "[redacted]",
        "more": {"pin": "[redacted]", "a": ["[redacted]"]},
    }


def test_an_exception_is_logged_without_its_text_and_locals(capsys: pytest.CaptureFixture[str]) -> None:
    """Its kind and the places it came through, for it may quote what a guest sent; libraries too."""
    configure_logs(Log())
    try:
        guest = "Ana Alvarez"
        raise ValueError(f"cannot greet {guest}")
    except ValueError:
        structlog.get_logger("test").exception("broken")
        logging.getLogger("some.library").exception("it broke with %s", TOKEN)
    ours, theirs = map(json.loads, capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["error"], ours["level"]) == ("broken", "ValueError", "error")
    assert ours["at"][0].startswith("test_logs.py:")
    assert theirs["logger"] == "some.library"
    assert "Ana" not in json.dumps([ours, theirs])
    assert TOKEN not in theirs["event"]


def test_the_console_gets_one_line_an_event(capsys: pytest.CaptureFixture[str]) -> None:
    """With time, level, name and values, from the level on that was set; nobody forges a second one."""
    configure_logs(Log(format="console", level="info"))
    log = structlog.get_logger("test")
    log.debug("whispered")
    log.info("served", sockets=3)
    log.info("served", path="/a\nforged\x1b[2J")
    line, second = capsys.readouterr().err.splitlines()
    assert line.split()[1:] == ["info", "served", "sockets=3"]
    assert second.endswith(r"path=/a\nforged\x1b[2J")


def test_what_is_logged_while_a_join_is_worked_on_is_about_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever logs it; a bug that it met is marked with it."""
    configure_logs(Log())
    before = JOIN.set("Ab3dE6gH9jKl")
    structlog.get_logger("test").info("served")
    JOIN.reset(before)
    bug = ValueError("a bug")
    bug.add_note("Ab3dE6gH9jKl")
    structlog.get_logger("test").error("bug", **named(bug))
    structlog.get_logger("test").info("served", **named(ValueError("another")))
    first, second, third = map(json.loads, capsys.readouterr().err.splitlines())
    assert first["join"] == second["join"] == "Ab3dE6gH9jKl"
    assert "join" not in third


def test_our_own_lines_look_as_all_others(capsys: pytest.CaptureFixture[str]) -> None:
    """In both formats, and from the level on that was set."""
    configure_logs(Log())
    own.info("ended", join="Ab3dE6gH9jKl", code=1000)
    own.debug("hello", join="Ab3dE6gH9jKl")
    structlog.get_logger("test").info("ended", code=1000)
    ours, theirs = map(json.loads, capsys.readouterr().err.splitlines())
    assert ours.keys() == theirs.keys() | {"join"}
    assert len(ours["timestamp"]) == len(theirs["timestamp"])
    configure_logs(Log(format="console", level="warning"))
    own.info("ended", join="Ab3dE6gH9jKl")
    configure_logs(Log(format="console"))
    own.info("ended", join="Ab3dE6gH9jKl")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.split()[1:] == ["info", "ended", "join=Ab3dE6gH9jKl"]
