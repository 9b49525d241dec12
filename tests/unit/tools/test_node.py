"""Node.js comes from the wheel, whatever the machine has."""

from __future__ import annotations

import pytest

from tools.node import NODE, command, environment


def test_npm_runs_by_the_wheels_node() -> None:
    """`npm ci` starts the wheel's node on the wheel's npm."""
    line = command("npm", ["ci"])
    assert line[0] == str(NODE)
    assert line[-1] == "ci"
    assert line[1].endswith("npm-cli.js")


def test_scripts_of_npm_find_the_same_node(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wheel's folder comes first on the PATH, before a Node.js of the machine."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert environment()["PATH"] == f"{NODE.parent}:/usr/bin:/bin"


def test_node_trusts_what_the_machine_trusts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's certificates count, unless the person says otherwise."""
    monkeypatch.delenv("NODE_USE_SYSTEM_CA", raising=False)
    assert environment()["NODE_USE_SYSTEM_CA"] == "1"
    monkeypatch.setenv("NODE_USE_SYSTEM_CA", "0")
    assert environment()["NODE_USE_SYSTEM_CA"] == "0"


def test_nothing_else_is_run() -> None:
    """Any other program is refused."""
    with pytest.raises(ValueError, match="not bash"):
        command("bash", [])
