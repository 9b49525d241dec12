"""The wire's types for the web app."""

import json
import textwrap
from collections.abc import Iterable, Iterator
from typing import Literal, get_args, get_origin

from engine.refusals import SENTENCES
from signaling import codes, messages
from signaling.schema.describe import (
    Field,
    Shape,
    describe,
    is_union,
    members,
    parts,
    strip,
    type_of,
    vocabularies,
    without_none,
)

HEAD = """\
// Written by `python -m signaling.schema` from signaling/messages; do not edit.
//
// A field marked `?` is left out when it has its default, which its comment names.
// New fields, messages, words and codes may come: ignore what you do not know.
"""

SCALARS = {str: "string", int: "number", bool: "boolean", float: "number"}


def typescript() -> str:
    """Write the module `messages.ts`."""
    blocks = [
        HEAD.rstrip("\n"),
        *(f"export type {name} = {_words(kind)};" for kind, name in vocabularies().items()),
        *(_interface(describe(part)) for part in parts()),
        *(_interface(describe(message)) for message in members(messages.FromClient)),
        *(_interface(describe(message)) for message in members(messages.FromServer)),
        _union("FromClient", messages.FromClient, "Every message of a client."),
        _union("FromServer", messages.FromServer, "Every message of ours."),
        _union("Numbered", messages.Numbered, "The messages that travel as `[seq, message]`."),
        f"{_comment('What arrives: a numbered message of a stream, or a bare one.')}"
        "export type Frame = [seq: number, message: Numbered] | Exclude<FromServer, Numbered>;",
        *_constants(),
    ]
    return "\n\n".join(blocks) + "\n"


def kind_of(kind: object) -> str:
    """Write a Python type as TypeScript, and as the documents name it."""
    kind = strip(kind)
    if isinstance(kind, type) and kind in SCALARS:
        return SCALARS[kind]
    if get_origin(kind) is Literal:
        return vocabularies().get(kind) or _words(kind)
    if get_origin(kind) is list:
        return f"{kind_of(get_args(kind)[0])}[]"
    if is_union(kind):
        return " | ".join(kind_of(one) for one in without_none(kind))
    if isinstance(kind, type):
        return kind.__name__
    raise TypeError(f"no TypeScript for {kind!r}")


def default_text(field: Field) -> str:
    """Name a field's default in words, "" where leaving it out means that there is none."""
    if field.required or field.default is None or isinstance(field.default, messages.Part):
        return ""
    return json.dumps(field.default)


def _words(kind: object) -> str:
    return " | ".join(json.dumps(word) for word in get_args(kind))


def _interface(shape: Shape) -> str:
    tag = [f'  readonly t: "{shape.tag}";'] if shape.tag else []
    fields = "\n".join([*tag, *(_field(field) for field in shape.fields)])
    body = f" {{\n{fields}\n}}" if fields else " {}"
    return f"{_comment(shape.text)}export interface {shape.name}{body}"


def _field(field: Field) -> str:
    words = [field.note, field.bounds and f"{field.bounds[0].upper()}{field.bounds[1:]}."]
    if default := default_text(field):
        words.append(f"Default: {default}.")
    note = _comment(" ".join(word for word in words if word), "  ")
    return f"{note}  readonly {field.name}{'' if field.required else '?'}: {_readonly(kind_of(field.kind))};"


def _readonly(kind: str) -> str:
    return f"readonly {kind}" if kind.endswith("[]") else kind


def _comment(text: str, indent: str = "") -> str:
    if not text:
        return ""
    if "\n" not in text and len(text) + len(indent) < 100:
        return f"{indent}/** {text} */\n"
    lines = text.splitlines() if "\n" in text else textwrap.wrap(text, 100)
    return "\n".join([f"{indent}/**", *(f"{indent} * {line}".rstrip() for line in lines), f"{indent} */", ""])


def _union(name: str, union: object, text: str) -> str:
    names: Iterable[type_of] = get_args(union)
    return (
        "\n".join([f"{_comment(text)}export type {name} =", *(f"  | {one.__name__}" for one in names)]) + ";"
    )


def _constants() -> Iterator[str]:
    yield _table(
        "SUBPROTOCOLS", {one.name: json.dumps(one.value) for one in codes.Subprotocol}, "The two spellings."
    )
    yield _table(
        "REFUSALS",
        {code: json.dumps(sentence, ensure_ascii=False) for code, sentence in SENTENCES.items()},
        "Every refusal's sentence with its `{...}` parts open; show `error.message`, where they are filled.",
    )
    yield "/** A refusal's code; unknown ones may come. */\nexport type RefusalCode = keyof typeof REFUSALS;"
    yield _table("CLOSE", {one.name: str(one.value) for one in codes.Close}, "Why a socket was closed.")
    yield _table(
        "AFTER_CLOSE",
        {str(code.value): json.dumps(meaning.then.value) for code, meaning in codes.MEANINGS.items()},
        'What to do after a close: "stop", connect "again", 5 s "later", or as the reason\'s'
        ' `retry=<seconds>` says ("hint"). For any other code, 1006 say: again.',
    )
    yield _table(
        "LIMITS", {name: str(value) for name, value in limits().items()}, "Bytes, counts, milliseconds."
    )


def limits() -> dict[str, int]:
    """List the limits that a client has to know, times in milliseconds."""
    return {
        "maxMessage": codes.MAX_MESSAGE,
        "maxOutstanding": codes.MAX_OUTSTANDING,
        "helloWithinMs": round(codes.HELLO_WITHIN * 1000),
        "beatAfterMs": round(codes.BEAT_AFTER * 1000),
        "giveUpAfterMs": round(codes.GIVE_UP_AFTER * 1000),
        "replayMs": codes.REPLAY_MS,
        "replayEvents": codes.REPLAY_EVENTS,
    }


def _table(name: str, rows: dict[str, str], text: str) -> str:
    lines = [f"  {key}: {value}," for key, value in rows.items()]
    return "\n".join([f"{_comment(text)}export const {name} = {{", *lines, "} as const;"])
