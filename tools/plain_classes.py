"""Rewrites dataclasses as what mypyc compiles best: the same, each with an `__init__` that is written out.

`slots=True` makes a class a second time, which a compiled one cannot be, and it has no dictionary anyway. The
`__init__` that dataclasses make at run time stays interpreted; to make one object by it costs several times
what it does when it is compiled. That nobody assigns to what is frozen was checked on the source itself.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Final

_DROPPED: Final = frozenset({"slots", "frozen", "kw_only"})
_INDENT: Final = "    "


@dataclass(frozen=True)
class _Edit:
    """Lines `first` to `end` (excluded) become `text`."""

    first: int
    end: int
    text: str


def prepared(source: str) -> str:
    """Rewrite a module."""
    edits: list[_Edit] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and (mark := _mark(node)) is not None:
            edits += _rewritten(node, mark)
    lines = source.splitlines()
    for edit in sorted(edits, key=lambda one: one.first, reverse=True):
        lines[edit.first : edit.end] = edit.text.splitlines()
    return "\n".join(lines) + "\n"


def _mark(node: ast.ClassDef) -> ast.expr | None:
    """Find a class's `@dataclass` or `@dataclass(...)`."""
    for one in node.decorator_list:
        name = one.func if isinstance(one, ast.Call) else one
        if isinstance(name, ast.Name) and name.id == "dataclass":
            return one
    return None


def _rewritten(node: ast.ClassDef, mark: ast.expr) -> list[_Edit]:
    options = {one.arg or "": one.value for one in mark.keywords} if isinstance(mark, ast.Call) else {}
    own_init = any(isinstance(one, ast.FunctionDef) and one.name == "__init__" for one in node.body)
    kept = [f"{name}={ast.unparse(value)}" for name, value in options.items() if name not in _DROPPED]
    if "frozen" in options and "eq" not in options:
        kept.append("unsafe_hash=True")  # as what is frozen has
    plain = bool(node.bases) or own_init or not any(isinstance(one, ast.AnnAssign) for one in node.body)
    if not plain:
        kept.append("init=False")
    edits = [_Edit(mark.lineno - 1, mark.end_lineno or mark.lineno, f"@dataclass({', '.join(kept)})")]
    if not plain:
        end = node.end_lineno or node.lineno
        edits.append(_Edit(end, end, _init(node, keywords="kw_only" in options)))
    return edits


def _init(node: ast.ClassDef, *, keywords: bool) -> str:
    """Write the `__init__` that `dataclass` would make."""
    taken, given = ["self", *(["*"] if keywords else [])], []
    for one in node.body:
        if not (isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)):
            continue
        name, kind = one.target.id, ast.unparse(one.annotation)
        default, factory = _default(one.value)
        if factory:
            taken.append(f"{name}: {kind} | None = None")
            given.append(f"self.{name} = {factory}() if {name} is None else {name}")
        else:
            taken.append(f"{name}: {kind}" + (f" = {default}" if default else ""))
            given.append(f"self.{name} = {name}")
    body = f"\n{_INDENT * 2}".join(given)
    return f"\n{_INDENT}def __init__({', '.join(taken)}) -> None:\n{_INDENT * 2}{body}"


def _default(value: ast.expr | None) -> tuple[str, str]:
    """Give a field's default, or what makes it, as they are written; "" for none."""
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "field":
        options = {one.arg: ast.unparse(one.value) for one in value.keywords}
        return options.get("default", ""), options.get("default_factory", "")
    return (ast.unparse(value) if value is not None else ""), ""
