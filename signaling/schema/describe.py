"""Reads the wire's vocabulary out of its source, so that types and documents are never written twice."""

import ast
import inspect
import itertools
import re
import sys
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType, NoneType, UnionType
from typing import Annotated, Literal, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from signaling import messages

type_of = type[Struct]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message: `kind` is its Python type, `note` what its docstring says."""

    name: str
    kind: object
    required: bool
    default: object
    note: str

    @property
    def bounds(self) -> str:
        """The limits of a value in words, "" where there are none."""
        return _bounds(self.kind)


@dataclass(frozen=True, slots=True)
class Shape:
    """A message or a part of one."""

    name: str
    tag: str
    text: str
    fields: tuple[Field, ...]

    @property
    def summary(self) -> str:
        """The first paragraph of its docstring."""
        return self.text.partition("\n\n")[0]


def describe(struct: type_of) -> Shape:
    """Describe one struct of signaling.messages."""
    hints = typing.get_type_hints(struct, include_extras=True)
    notes = _notes(sys.modules[struct.__module__])[struct.__name__]
    fields = tuple(
        Field(field.name, hints[field.name], field.required, _default(field), notes.get(field.name, ""))
        for field in msgspec.structs.fields(struct)
    )
    tag = struct.__struct_config__.tag
    return Shape(struct.__name__, str(tag) if tag else "", inspect.cleandoc(struct.__doc__ or ""), fields)


def members(union: UnionType | type_of) -> tuple[type_of, ...]:
    """List the structs of a union, in the order in which they were written."""
    return get_args(union) if isinstance(union, UnionType) else (union,)


@cache
def parts() -> tuple[type_of, ...]:
    """List what stands inside messages, in the order in which it was written."""
    return tuple(
        value
        for value in vars(messages.parts).values()
        if isinstance(value, type) and issubclass(value, messages.Part) and value is not messages.Part
    )


@cache
def vocabularies() -> dict[object, str]:
    """Name every closed list of words, such as `Role`."""
    return {value: name for name, value in vars(messages.base).items() if get_origin(value) is Literal}


def strip(kind: object) -> object:
    """Take the bounds off a type."""
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def is_union(kind: object) -> bool:
    """Tell whether a type is a union of others."""
    return get_origin(kind) in (typing.Union, UnionType)


def without_none(kind: object) -> tuple[object, ...]:
    """List the members of a union apart from None."""
    return tuple(one for one in get_args(kind) if one is not NoneType)


def _bounds(kind: object) -> str:
    for extra in get_args(kind)[1:] if get_origin(kind) is Annotated else ():
        if isinstance(extra, Meta):
            return ", ".join(_limits(extra, "characters" if strip(kind) is str else "of them"))
    return ""


def _limits(meta: Meta, what: str) -> Iterator[str]:
    if meta.ge is not None and meta.le is not None:
        yield f"{meta.ge} to {meta.le}"
    if meta.min_length:
        yield f"{meta.min_length} to {meta.max_length} {what}"
    elif meta.max_length is not None:
        yield f"at most {meta.max_length} {what}"


def _default(field: msgspec.structs.FieldInfo) -> object:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default


@cache
def _notes(module: ModuleType) -> dict[str, dict[str, str]]:
    """Collect the docstrings that stand below fields; Python itself throws them away."""
    tree = ast.parse(inspect.getsource(module))
    found: dict[str, dict[str, str]] = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            found[node.name] = dict(_pairs(node.body))
    return found


def _pairs(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for before, after in itertools.pairwise(body):
        if not (isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name)):
            continue
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            yield before.target.id, re.sub(r"\s+", " ", str(after.value.value)).strip()
