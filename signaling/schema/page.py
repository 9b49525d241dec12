"""docs/protocol.md: the prose of page.md, with tables and examples made from the source."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final, get_args

import msgspec

from engine.refusals import SENTENCES
from signaling import codes, messages
from signaling.schema import examples
from signaling.schema.describe import Field, Shape, describe, members, parts, vocabularies
from signaling.schema.typescript import default_text, kind_of
from signaling.session import ALLOWED, HELLOS, Kind

PROSE: Final = Path(__file__).with_name("page.md")
THEN: Final = {
    codes.Next.STOP: "stops; a person may decide otherwise",
    codes.Next.AGAIN: "connects again and resumes",
    codes.Next.LATER: "connects again, not before 5 s",
    codes.Next.HINT: "connects again, not before the seconds of the reason",
}
WHO: Final = {
    Kind.SEAT: "a seat",
    Kind.PHONE: "a telephone",
    Kind.DASHBOARD: "a dashboard",
    Kind.BRIDGE: "a bridge",
}
REQUIREMENT: Final = re.compile(r" \([RDB]\d+(?:, [RDB]\d+)*\)", re.ASCII)
"""The number of a requirement, which says something to who builds Vestibule, and nothing to who calls it."""
SOCKET: Final = frozenset({"bad_message", "busy", "hello_first"})
WIDE: Final = 100
"""An example longer than this many characters stands on several lines."""


def page() -> str:
    """Write the page."""
    slots = _numbers() | {
        "close_codes": _close_codes(),
        "refusals": _refusals(),
        "as_guest": _conversation(examples.AS_GUEST),
        "resumed": _conversation(examples.RESUMED),
        "as_phone": _conversation(examples.AS_PHONE),
        "client": "\n\n".join(_message(example, _senders(type(example))) for example in examples.CLIENT),
        "server": "\n\n".join(_message(example, _numbering(type(example))) for example in examples.SERVER),
        "words": _words(),
        "parts": "\n\n".join(_part(describe(part)) for part in parts()),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda found: slots[found[1]], PROSE.read_text(encoding="utf-8"))


def _numbers() -> dict[str, str]:
    return {
        "hello_within": f"{codes.HELLO_WITHIN:g} s",
        "give_up_after": f"{codes.GIVE_UP_AFTER:g} s",
        "beat_after": f"{codes.BEAT_AFTER:g} s",
        "ping_after": f"{codes.PING_AFTER:g} s",
        "pong_within": f"{codes.PONG_WITHIN:g} s",
        "replay_s": f"{codes.REPLAY_MS // 1000} s",
        "replay_events": str(codes.REPLAY_EVENTS),
        "max_message": f"{codes.MAX_MESSAGE:,}",
        "max_buffered": f"{codes.MAX_BUFFERED // 1024} KiB",
        "max_outstanding": str(codes.MAX_OUTSTANDING),
        "max_malformed": str(codes.MAX_MALFORMED),
        "told_per_second": f"{codes.TOLD_PER_SECOND:,}",
        "told_burst": f"{codes.TOLD_BURST:,}",
        "messages_per_second": str(codes.MESSAGES_PER_SECOND),
        "messages_burst": str(codes.MESSAGES_BURST),
        "bytes_per_second": f"{codes.BYTES_PER_SECOND // 1024} KiB",
        "bytes_burst": f"{codes.BYTES_BURST // 1024} KiB",
    }


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _close_codes() -> str:
    rows = ((str(code.value), meaning.text, THEN[meaning.then]) for code, meaning in codes.MEANINGS.items())
    return _table(("code", "meaning", "the client"), rows)


def _refusals() -> str:
    rows = (
        (f"`{code}`{' *socket*' if code in SOCKET else ''}", sentence) for code, sentence in SENTENCES.items()
    )
    return _table(("code", "sentence"), rows)


def _conversation(lines: Iterable[examples.Line]) -> str:
    return "\n".join(["```", *(_line(line) for line in lines), "```"])


def _line(line: examples.Line) -> str:
    text = msgspec.json.encode(line.message).decode()
    return f"{'<' if line.ours else '>'} {f'[{line.seq},{text}]' if line.seq else text}"


def _message(example: messages.Message, origin: str) -> str:
    shape = describe(type(example))
    text = msgspec.json.encode(example)
    pretty = text if len(text) <= WIDE else msgspec.json.format(text, indent=2)
    shown = f"```json\n{pretty.decode()}\n```"
    blocks = [f"### `{shape.tag}`", _said(shape.text), origin, _fields(shape), shown]
    return "\n\n".join(block for block in blocks if block)


def _part(shape: Shape) -> str:
    return "\n\n".join((f"### {shape.name} part", _said(shape.text), _fields(shape)))


def _said(text: str) -> str:
    """Give a docstring's text without the numbers of requirements."""
    return REQUIREMENT.sub("", text)


def _fields(shape: Shape) -> str:
    if not shape.fields:
        return ""
    return _table(("field", "type", "", "meaning"), (_row(field) for field in shape.fields))


def _row(field: Field) -> tuple[str, str, str, str]:
    default = default_text(field)
    presence = "required" if field.required else f"default `{default}`" if default else "may be left out"
    words = [field.bounds, _said(field.note)]
    return (
        f"`{field.name}`",
        _type(kind_of(field.kind)),
        presence,
        "; ".join(word for word in words if word),
    )


def _type(kind: str) -> str:
    """Name a type for readers of any language, with a link where there is something to read."""
    return re.sub(r"\w+", lambda found: _linked(found[0]), kind)


def _linked(word: str) -> str:
    if word in {part.__name__ for part in parts()}:
        return f"[{word}](#{word.lower()}-part)"
    if word == messages.Inside.__name__:
        return "[`inside`](#inside)"
    if word in vocabularies().values():
        return f"[{word}](#words)"
    return {"number": "integer", "string": "text"}.get(word, word)


def _words() -> str:
    rows = (
        (name, ", ".join(f"`{word}`" if word else '`""`' for word in get_args(kind)))
        for kind, name in vocabularies().items()
    )
    return _table(("list", "words"), rows)


def _senders(kind: type) -> str:
    if kind in HELLOS:
        return "Sent first, and only once."
    who = [name for one, name in WHO.items() if kind in ALLOWED[one]]
    return f"From {' or '.join(who)}."


def _numbering(kind: type) -> str:
    return "Numbered." if kind in members(messages.Numbered) else "Bare."
