"""What is written from the messages: the web app's types, the protocol's page, the vectors."""

import re
from pathlib import Path
from typing import get_args

import pytest

from engine.refusals import SENTENCES
from signaling import messages as wire
from signaling.codes import MEANINGS, Close
from signaling.schema import __main__ as schema
from signaling.schema.describe import describe, members, parts, vocabularies
from signaling.schema.page import page
from signaling.schema.typescript import typescript
from signaling.session import Request

EVERY = (*members(wire.FromClient), *members(wire.FromServer))


def test_what_is_in_the_repository_is_up_to_date() -> None:
    """Whoever changes a message writes its types, page and vectors anew, with `make types`."""
    assert schema.stale(schema.ROOT) == []
    assert schema.main(["--check"]) == 0


@pytest.mark.parametrize("name", schema.WRITTEN)
def test_a_difference_is_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--check` fails with the name of the file that somebody edited by hand; writing mends it."""
    monkeypatch.setattr(schema, "ROOT", tmp_path)
    assert schema.main([]) == 0
    assert schema.main(["--check"]) == 0
    path = tmp_path / name
    path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert schema.main(["--check"]) == 1
    assert capsys.readouterr().err.startswith(f"{name} differs")
    assert schema.main([]) == 0
    assert schema.stale(tmp_path) == []


def test_an_unknown_argument_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """It is answered with how to use it."""
    assert schema.main(["--chekc"]) == 2
    assert "Usage" in capsys.readouterr().err


def test_no_name_on_the_wire_is_used_twice() -> None:
    """A client can tell every message by its name alone, whoever sent it."""
    tags = [describe(struct).tag for struct in EVERY]
    assert len(tags) == len(set(tags))


def test_every_message_says_what_it_is() -> None:
    """The first paragraph of each docstring is one line, for editors and tables."""
    for struct in (*EVERY, *parts()):
        summary = describe(struct).summary
        assert summary
        assert "\n" not in summary, struct


@pytest.mark.parametrize("struct", get_args(Request), ids=lambda struct: struct.__name__)
def test_every_request_says_how_it_is_answered(struct: type[Request]) -> None:
    """Whoever reads of a request reads of its answer, by a name that exists."""
    answers = re.search(r"Answer: (.+)", describe(struct).text)
    assert answers
    named = set(re.findall(r"`([a-z.]+)`", answers[1]))
    assert named
    assert named <= {describe(one).tag for one in members(wire.FromServer)}


def test_the_page_explains_everything() -> None:
    """Each message, part, word, refusal and close code stands on it, and no slot was left open."""
    text = page()
    assert not re.findall(r"\{\{", text)
    for struct in EVERY:
        assert f"### `{describe(struct).tag}`" in text
    for part in parts():
        assert f"### {part.__name__} part" in text
    for kind in vocabularies():
        assert all(f"`{word}`" in text for word in get_args(kind))
    for code, sentence in SENTENCES.items():
        assert f"| `{code}`" in text
        assert sentence in text
    for close in Close:
        assert f"| {close.value} | " in text


def test_every_link_on_the_page_leads_somewhere() -> None:
    """GitHub makes an anchor of each heading; no link misses one."""
    text = page()
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
    links = set(re.findall(r"\]\(#([^)]+)\)", text))
    assert links
    assert links <= anchors


def test_every_close_code_has_a_meaning() -> None:
    """Nobody adds a code without saying what a client does next."""
    assert set(MEANINGS) == set(Close)


def test_the_types_name_every_message_and_part() -> None:
    """The web app's types lack nothing that travels."""
    text = typescript()
    for struct in (*EVERY, *parts()):
        assert f"export interface {struct.__name__} " in text
    for name in vocabularies().values():
        assert f"export type {name} = " in text
