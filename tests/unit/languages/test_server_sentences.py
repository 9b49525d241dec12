"""What the server says in English stands in the catalogue, word for word, so that pages can say it too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import gateway.api
from actors import courier
from engine.refusals import SENTENCES
from gateway.api import answers
from gateway.outreach.providers import OWN_REASONS
from languages.catalogue import FIRST, languages, leaves
from signaling.words import GOODBYES

API = Path(gateway.api.__file__).parent
OUTREACH = API.parent / "outreach"


def under(prefix: str) -> dict[str, object]:
    """Give what the catalogue says in the first language under a prefix."""
    return {key.removeprefix(prefix): leaf for key, leaf in leaves(FIRST).items() if key.startswith(prefix)}


def calls() -> Iterator[ast.Call]:
    """Give every call in the source of the API."""
    for file in API.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                yield node


def named(call: ast.Call) -> str:
    """Name what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def told() -> set[str]:
    """Give the codes of the faults that the API tells of."""
    codes = {
        str(call.args[0].value)
        for call in calls()
        if named(call) == "fault" and isinstance(call.args[0], ast.Constant)
    }
    contacts = {"email", "number"}  # told by a form's contacts, by their code
    return codes | contacts | set(answers._FAULTS.values())


@pytest.mark.parametrize(("prefix", "ours"), [("refusals.", SENTENCES), ("goodbyes.", GOODBYES)])
def test_refusals_and_goodbyes_are_the_same_by_code(prefix: str, ours: dict[str, str]) -> None:
    """A code means one sentence, whoever says it."""
    assert under(prefix) == ours


def test_what_is_wrong_with_a_field_stands_in_the_catalogue_alone() -> None:
    """Each fault that is told is there, none is left over, and no sentence stands in the code."""
    assert told() == set(under("faults."))
    spelled = [
        call
        for call in calls()
        if named(call) in ("wrong", "ValueError") and isinstance(call.args[-1], ast.Constant)
    ]
    assert spelled == []


def strings(node: ast.AST) -> set[str]:
    """Give the texts in a piece of source."""
    return {
        one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)
    } - {""}


def reasons() -> set[str]:
    """Give every reason for which a letter is not sent, or is tried again."""
    found = set(OWN_REASONS)
    for file in [*OUTREACH.glob("*.py"), Path(courier.__file__)]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and named(node) in ("Delivery", "_later"):
                found |= {text for part in node.args[named(node) == "Delivery" :] for text in strings(part)}
            elif (
                isinstance(node, ast.Return)
                and isinstance(node.value, ast.Constant)
                and file.stem == "courier"
            ):
                found |= strings(node)
    return found


def test_pages_say_why_a_letter_was_not_sent() -> None:
    """Every reason has its sentence, and one way to say it."""
    assert len(reasons()) > 15
    assert reasons() - set(under("web.inviting.reasons.")) == set()


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
