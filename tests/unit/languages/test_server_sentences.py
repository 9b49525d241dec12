"""What the server says in English stands in the catalogue, word for word, so that pages can say it too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import gateway.api
from engine.refusals import SENTENCES
from gateway.api import answers
from languages.catalogue import FIRST, languages, leaves
from signaling.words import GOODBYES

API = Path(gateway.api.__file__).parent


def under(prefix: str) -> dict[str, object]:
    """Give what the catalogue says in the first language under a prefix."""
    return {key.removeprefix(prefix): leaf for key, leaf in leaves(FIRST).items() if key.startswith(prefix)}


def texts() -> Iterator[str]:
    """Give every text that stands in the source of the API, as a person would read it."""
    for file in API.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def raised() -> Iterator[str]:
    """Give what is said of a field: noted with `wrong`, or raised by a check of a model."""
    for file in API.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[-1], ast.Constant)):
                continue
            said = node.args[-1].value
            if isinstance(node.func, ast.Attribute) and node.func.attr == "wrong":
                yield str(said)
            elif (
                isinstance(node.func, ast.Name)
                and node.func.id == "ValueError"
                and file.parent.name == "models"
            ):
                yield as_read(str(said))


def as_read(text: str) -> str:
    """Write a check's text as the API tells it."""
    return answers._sentence({"type": "value_error", "msg": f"Value error, {text}"})


@pytest.mark.parametrize(("prefix", "ours"), [("refusals.", SENTENCES), ("goodbyes.", GOODBYES)])
def test_refusals_and_goodbyes_are_the_same_by_code(prefix: str, ours: dict[str, str]) -> None:
    """A code means one sentence, whoever says it."""
    assert under(prefix) == ours


def test_what_is_wrong_with_a_field_is_known_to_pages() -> None:
    """Such sentences have no code: pages find theirs by the English one."""
    plain = {sentence for sentence in answers._SAID.values() if "{" not in sentence} - {"This is not JSON."}
    assert (plain | set(raised())) - set(under("faults.").values()) == set()


def test_no_fault_is_left_over() -> None:
    """Each one is said somewhere."""
    said = set(texts()) | {as_read(text) for text in texts()}
    assert set(under("faults.").values()) - said == set()


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("refusals.early", "earlyTitle"),
        ("refusals.link_over", "overTitle"),
        ("refusals.link_unknown", "unknownTitle"),
        ("refusals.link_revoked", "revokedTitle"),
        ("refusals.resume_refused", "awayTitle"),
        ("goodbyes.cancelled", "cancelledTitle"),
    ],
)
def test_the_heading_says_the_first_sentence(key: str, title: str, language: str) -> None:
    """The page leaves out what its heading has said, and goes on with what to do."""
    said = leaves(language)
    assert str(said[key]).startswith(f"{said[f'web.visit.guest.{title}']}.")
