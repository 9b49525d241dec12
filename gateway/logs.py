"""Logs that redact: events by name with key-values, on standard error, as JSON or for a person's eyes.

What may never be in a log (links' tokens, seats' secrets, PINs, names) is not logged to begin with; the
processor here is the second line. Exceptions are logged without the values of local variables.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, MutableMapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final, TextIO

import msgspec

from gateway.settings_sections import Log
from gateway.spared import without

with without(
    "rich"
):  # it would colour tracebacks that we never print, and take a tenth of a second at each start
    import structlog
    from structlog.typing import EventDict, ExcInfo, WrappedLogger

REDACTED: Final = "[redacted]"
SECRET_KEYS: Final = frozenset(
    {"authorization", "body", "caller", "contact", "cookie", "credential", "digits", "email", "key", "label"}
    | {"link", "name", "password", "patient", "phone", "pin", "proof", "query", "secret", "ticket", "token"}
)
"""Names whose values are not logged, whatever they are."""

PATH_WORDS: Final = frozenset(
    {"", "all", "api", "api-keys", "call", "cancel", "check", "clinic", "complete", "demo", "dev", "docs"}
    | {"extend", "favicon.ico", "healthz", "hooks", "invitations", "invite", "j", "links", "look", "me"}
    | {
        "metrics",
        "network",
        "opened",
        "openapi.json",
        "operations",
        "outbox",
        "panel",
        "phone",
        "range",
        "readyz",
        "reschedule",
    }
    | {"resend", "schedule", "settings", "sign-in", "sign-out", "sms", "staff", "static", "tickets"}
    | {"twilio", "v", "v1", "visit.ics", "visits", "webhook", "welcome", "ws"}
)
"""Parts of our own paths; what else stands in a path is not logged, for it may be a name."""

JOIN: Final = ContextVar("join", default="")
"""The join that is worked on now (gateway/joins.py): what is logged meanwhile is about it."""

_HARMLESS: Final = 9
"""So many letters hold neither a PIN nor a token."""

_VISIT: Final = re.compile(r"\d{4}-[0-9a-z]{12}", re.ASCII)
_TOKEN: Final = re.compile(r"[0-9a-z-]{13,21}\.[A-Za-z0-9_-]{1,40}\.[A-Za-z0-9_-]{22}")
_PIN: Final = re.compile(r"(?<![\w.-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w.-])")
_FRAGMENT: Final = re.compile(r"(/(?:j|v|call|welcome))(?:#|%23)\S*", re.IGNORECASE)
_LEVELS: Final = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


def configure_logs(settings: Log) -> None:
    """Set up logging for this process; libraries that log the standard way come out the same door."""
    level = _LEVELS[settings.level]
    shared: list[Callable[[WrappedLogger, str, EventDict], EventDict]] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _about,
        _without_locals,
        redact,
    ]
    last = _console if settings.format == "console" else _json
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    own.configure(level, last, sys.stderr)
    root = logging.getLogger()
    root.handlers = [_Bridge(level)]
    root.setLevel(max(level, logging.WARNING))  # libraries are heard when something is wrong


def redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Take secrets out of an event: by the names of its values, and by what its texts look like."""
    for name, value in event.items():
        if name.lower() in SECRET_KEYS:
            event[name] = REDACTED
        elif type(value) is not int and type(value) is not float:
            event[name] = _clean(value)
    return event


def redacted_path(path: str) -> str:
    """Give a request's path as it may be logged: our own words and ids of visits, nothing others made up."""
    parts = redacted_text(path.partition("?")[0]).split("/")
    return "/".join([part if _is_ours(part) else REDACTED for part in parts])


def _is_ours(part: str) -> bool:
    return part.removesuffix(REDACTED).lower() in PATH_WORDS or _VISIT.fullmatch(part) is not None


def redacted_text(text: str) -> str:
    """Take what looks like a token, a PIN or a link's fragment out of a text."""
    if "#" in text or "%" in text:
        text = _FRAGMENT.sub(rf"\1{REDACTED}", text)
    if len(text) <= _HARMLESS:
        return text
    if "." in text:
        text = _TOKEN.sub(REDACTED, text)
    return _PIN.sub(REDACTED, text)


def _clean(value: object) -> object:
    if isinstance(value, str):
        return redacted_text(value)
    if isinstance(value, dict):
        return {
            key: REDACTED if str(key).lower() in SECRET_KEYS else _clean(one) for key, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [_clean(one) for one in value]
    return value


def _about(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Say which join an event is about, if it is about one."""
    if (join := JOIN.get()) and "join" not in event:
        event["join"] = join
    return event


def named(error: BaseException) -> dict[str, str]:
    """Give the join that an exception was marked with, as a value for the log."""
    return {"join": notes[0]} if (notes := getattr(error, "__notes__", None)) else {}


def _without_locals(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Say what was raised and where, by file and line: its own text may quote what a guest sent."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["at"] = where(error)
    return event


def where(error: BaseException) -> list[str]:
    """List the places an exception came through, outermost first, without source text or values."""
    places: list[str] = []
    trace = error.__traceback__
    while trace is not None and len(places) < 50:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_qualname}")
        trace = trace.tb_next
    return places


def _json(_: WrappedLogger, __: str, event: EventDict) -> str:
    """Write an event as JSON on one line."""
    return msgspec.json.encode(event, enc_hook=str).decode()


def _console(_: WrappedLogger, __: str, event: MutableMapping[str, Any]) -> str:
    """Write an event on one line for a person."""
    at, level, name = event.pop("timestamp", ""), event.pop("level", ""), event.pop("event", "")
    values = " ".join(f"{key}={value}" for key, value in event.items())
    line = f"{str(at)[11:19]} {level:7} {name} {values}".rstrip()
    return line if line.isprintable() else line.encode("unicode_escape").decode()  # one event is one line


class _Bridge(logging.Handler):
    """Carries what libraries log into ours."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger("library")
        info: ExcInfo | None = record.exc_info if record.exc_info and record.exc_info[0] else None
        log.log(max(record.levelno, logging.DEBUG), record.getMessage(), logger=record.name, exc_info=info)


class OwnLines:
    """Writes lines whose values are all our own: words, ids, numbers, keyed hashes. Nothing in them has to be
    redacted, which is most of what a line costs; so two for each join are cheap. Silent until configured.
    """

    __slots__ = ("_level", "_render", "_stream")

    def __init__(self) -> None:
        self._render: Callable[[WrappedLogger, str, EventDict], str] = _json
        self._stream: TextIO = sys.stderr
        self.silence()

    def configure(
        self, level: int, render: Callable[[WrappedLogger, str, EventDict], str], stream: TextIO
    ) -> None:
        """Say from which level on lines are written, how, and where to."""
        self._level, self._render, self._stream = level, render, stream

    def silence(self) -> None:
        """Write nothing from now on."""
        self._level = logging.CRITICAL

    def info(self, event: str, **values: str | float) -> None:
        """Write what an operator wants to see."""
        if self._level <= logging.INFO:
            self._line(event, "info", values)

    def debug(self, event: str, **values: str | float) -> None:
        """Write what helps to find a fault."""
        if self._level <= logging.DEBUG:
            self._line(event, "debug", values)

    def _line(self, event: str, level: str, values: EventDict) -> None:
        at = f"{datetime.now(UTC).replace(tzinfo=None).isoformat()}Z"
        line = {"event": event, **values, "level": level, "timestamp": at}
        self._stream.write(self._render(None, level, line) + "\n")
        self._stream.flush()


own: Final = OwnLines()
"""The one of this process."""
