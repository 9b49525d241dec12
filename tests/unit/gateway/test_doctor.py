"""What the doctor makes of what it is told: each trouble is a sentence, and something to do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from actors.ports import Member
from actors.store.looking import NodeFacts, ServerFacts, StoreFacts
from actors.store.shards import DATA_VERSION
from engine.ids import SHARDS
from gateway.doctor.finding import Finding
from gateway.doctor.store import on_nodes, on_store

SERVER = ServerFacts(
    version="9.1.0",
    master=True,
    kept=True,
    written=True,
    fsync="always",
    file_bytes=1 << 20,
    memory_bytes=8 << 20,
    memory_most=0,
    policy="noeviction",
    evicted=0,
)
STORE = StoreFacts(servers=(SERVER,), data_version=DATA_VERSION, answers_in=0.0005, ahead=0.01)
NODE = Member(node="node-1", incarnation="a", address="127.0.0.1:8080", version="1.0")
NODES = NodeFacts(members=(NODE,), dead=(), owned={"node-1": SHARDS}, unowned=0, overdue=0.2)


def of(findings: list[Finding], verdict: str) -> dict[str, Finding]:
    """The findings with a verdict, by what they are about."""
    return {one.what: one for one in findings if one.verdict == verdict}


def test_a_healthy_store_and_node_are_ok() -> None:
    """Nothing to note, nothing to do."""
    found = [*on_store(STORE, embedded=True), *on_nodes(NODES)]
    assert {one.verdict for one in found} == {"ok"}
    assert {one.do for one in found} == {""}


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"version": "6.2.1"}, "store version"),
        ({"master": False}, "store version"),
        ({"kept": False}, "persistence"),
        ({"written": False}, "persistence"),
        ({"evicted": 3}, "store memory"),
        ({"memory_most": 1 << 30, "policy": "allkeys-lru"}, "store memory"),
    ],
)
def test_a_store_that_cannot_keep_visits_is_a_problem(wrong: dict[str, Any], what: str) -> None:
    """And what to do is said."""
    found = of([*on_store(replace(STORE, servers=(replace(SERVER, **wrong),)), embedded=False)], "problem")
    assert list(found) == [what]
    assert found[what].do


@pytest.mark.parametrize(
    ("wrong", "what", "verdict"),
    [
        ({"answers_in": 0.05}, "store", "note"),
        ({"answers_in": 0.8}, "store", "problem"),
        ({"ahead": -7.0}, "clock", "note"),
        ({"data_version": DATA_VERSION + 1}, "store version", "problem"),
        ({"servers": (replace(SERVER, fsync="everysec"),)}, "persistence", "note"),
        ({"servers": (replace(SERVER, fsync=""),)}, "persistence", "note"),
        ({"servers": (replace(SERVER, memory_most=9 << 20),)}, "store memory", "note"),
    ],
)
def test_what_is_odd_about_a_store_is_said(wrong: dict[str, Any], what: str, verdict: str) -> None:
    """With how much it matters."""
    assert what in of([*on_store(replace(STORE, **wrong), embedded=False)], verdict)


@pytest.mark.parametrize(
    ("wrong", "what", "verdict"),
    [
        ({"members": (), "owned": {}}, "nodes", "note"),
        ({"members": (replace(NODE, draining=True),)}, "nodes", "note"),
        ({"dead": ("node-2",)}, "nodes", "note"),
        ({"unowned": 4}, "shards", "problem"),
        ({"overdue": 60.0}, "deadlines", "problem"),
        (
            {
                "members": (NODE, replace(NODE, node="node-2", version="0.9")),
                "owned": {"node-1": 512, "node-2": 512},
            },
            "nodes",
            "note",
        ),
    ],
)
def test_what_is_odd_about_the_nodes_is_said(wrong: dict[str, Any], what: str, verdict: str) -> None:
    """With how much it matters."""
    assert what in of([*on_nodes(replace(NODES, **wrong))], verdict)


def test_a_finding_is_one_line() -> None:
    """What it is about, one sentence, and what to do."""
    finding = Finding("problem", "disk", "it is full.", "Make room.")
    assert str(finding) == "problem  disk            it is full. -> Make room."
    assert finding.wrong
