"""Every sentence is there in every language, with the same parts."""

from __future__ import annotations

import re

import pytest

from languages import FIRST, asked, languages, nearest, own_name, say
from languages.catalogue import Leaf, leaves, parts_in_order, parts_of

OTHERS = [one for one in languages() if one != FIRST]


SAME = {"PIN", "Vestibule", "Video", "Asia", "Australia", "min", "h", "s"}
"""Words that are the same in all our languages; the names of parts are none."""


def words_of(leaf: Leaf) -> set[str]:
    """Name the words of a sentence, its parts left out."""
    texts = leaf.values() if isinstance(leaf, dict) else [leaf]
    return {word for text in texts for word in re.findall(r"[^\W\d_]+", re.sub(r"\{\w+\}", "", text))}


def forms(leaf: Leaf) -> set[str]:
    """Name a leaf's plural forms; none for a plain sentence."""
    return set(leaf) if isinstance(leaf, dict) else set()


def test_there_are_english_and_spanish() -> None:
    """The first is the one that is written first."""
    assert languages() == ("en", "es")


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_missing_or_left_over(language: str) -> None:
    """A key in one language is a key in all."""
    assert leaves(language).keys() ^ leaves(FIRST).keys() == set()


@pytest.mark.parametrize("language", OTHERS)
def test_the_same_parts_are_filled_in(language: str) -> None:
    """Nothing that is said in one language is left out in another."""
    first, other = leaves(FIRST), leaves(language)
    differ = {key for key in first if parts_of(first[key]) != parts_of(other[key])}
    differ |= {key for key in first if forms(first[key]) != forms(other[key])}
    assert not differ


@pytest.mark.parametrize("language", languages())
def test_nothing_is_empty_or_has_space_around_it(language: str) -> None:
    """Nor a brace that fills in nothing."""
    for key, leaf in leaves(language).items():
        for text in leaf.values() if isinstance(leaf, dict) else [leaf]:
            bare = text
            for part in parts_of(text):
                bare = bare.replace(f"{{{part}}}", "x")
            assert bare == bare.strip() != "", key
            assert not {"{", "}"} & set(bare), key


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_was_left_untranslated(language: str) -> None:
    """But for words that are the same in both, and for cities, of which many are."""
    same = {key for key, leaf in leaves(FIRST).items() if leaves(language)[key] == leaf}
    same -= {key for key in same if key.startswith("cities.")}
    assert {key for key in same if words_of(leaves(FIRST)[key]) - SAME} == set()


def test_plural_forms_follow_the_count() -> None:
    """One minute, two minutes, no minutes."""
    assert [say("en", "times.minutes", count=count) for count in (0, 1, 2)] == [
        "0 minutes",
        "1 minute",
        "2 minutes",
    ]
    assert say("es", "times.minutes", count=1) == "1 minuto"


def test_parts_are_given_as_they_are_said() -> None:
    """The count comes last where it only chooses the form: pages give parts by their place."""
    assert parts_in_order("{b} and {a}, {b}") == ["b", "a"]
    assert parts_in_order({"one": "{who} is told.", "other": "{who} are told."}) == ["who", "count"]
    assert parts_in_order({"one": "One of {all}", "other": "{count} of {all}"}) == ["all", "count"]


def test_what_is_filled_in_is_not_filled_in_again() -> None:
    """A clinic's name may look like a part."""
    assert say("en", "event.join", link="{link}{x}") == "Join: {link}{x}"


def test_a_slip_is_found() -> None:
    """No such key, or a part left out."""
    with pytest.raises(KeyError):
        say("en", "mail.nothing")
    with pytest.raises(KeyError):
        say("en", "event.join")


@pytest.mark.parametrize(
    ("tag", "language"), [("es-MX", "es"), ("ES", "es"), ("es_419", "es"), ("de", "en"), ("", "en")]
)
def test_a_tag_means_one_of_ours(tag: str, language: str) -> None:
    """And what we do not speak is English."""
    assert nearest(tag) == language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("de, en;q=0.4, es;q=0.7", "es"),
        ("es;q=0, en;q=0.1", "en"),
        ("*", "en"),
        ("", "en"),
        (";;q=x,,=", "en"),
    ],
)
def test_a_browser_is_answered_in_what_it_likes_best(header: str, language: str) -> None:
    """Of what we speak; what cannot be read is left out."""
    assert asked(header) == language


def test_languages_name_themselves() -> None:
    """So that somebody finds their own."""
    assert [own_name(one) for one in languages()] == ["English", "Español"]
