"""What is rewritten to be compiled is the same to whoever uses it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tools.compiled import MODULES, ROOT
from tools.plain_classes import prepared

SOURCE = '''
from __future__ import annotations
from dataclasses import dataclass, field

@dataclass(frozen=True, slots=True)
class Point:
    """A place."""

    x: int
    y: int = 2
    note: str = field(default="", compare=False)

    def moved(self) -> Point:
        return Point(self.x + 1, self.y)

@dataclass(slots=True, kw_only=True, eq=False)
class Bag:
    name: str
    things: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Own:
    x: int

    def __init__(self) -> None:
        self.x = 7
'''


@pytest.fixture(params=[SOURCE, prepared(SOURCE)], ids=["as it is", "prepared"])
def module(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module, either way."""
    made = ModuleType("sample")
    monkeypatch.setitem(sys.modules, "sample", made)  # where dataclasses look for what annotations name
    exec(compile(request.param, "sample", "exec", dont_inherit=True), made.__dict__)  # noqa: S102 - our own text
    return made


def test_objects_are_made_compared_and_copied_alike(module: Any) -> None:
    """By place or by name, with the same defaults, equal by the same fields, and as a key where frozen."""
    point = module.Point(1, note="here")
    assert (point.x, point.y, point.note) == (1, 2, "here")
    assert point == module.Point(x=1, y=2)
    assert {point: "known"}[module.Point(1)] == "known"
    assert replace(point, y=5).moved() == module.Point(2, 5)
    assert "x=1" in repr(point)


def test_what_has_to_be_named_has_to(module: Any) -> None:
    """And each object gets a list of its own; one is not another because it looks the same."""
    with pytest.raises(TypeError):
        module.Bag("a")
    one, other = module.Bag(name="a"), module.Bag(name="a")
    one.things.append(1)
    assert other.things == []
    assert one != other


def test_what_derives_or_makes_itself_is_left_as_it_is(module: Any) -> None:
    """Both find their fields by themselves."""
    assert module.Own().x == 7


def test_all_that_is_compiled_can_be_rewritten() -> None:
    """Every module is Python afterwards, with no slots left."""
    for one in MODULES:
        text = prepared((ROOT / one).read_text(encoding="utf-8"))
        compile(text, one, "exec", dont_inherit=True)
        assert "slots=True" not in text
        assert Path(one).suffix == ".py"
