"""The embedded store: one server per data directory, started, adopted and ended in order."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from actors.embedded import EmbeddedStore, StoreInUse, default_data_dir
from tests.support.embedded import (
    States,
    a_node,
    client,
    kill_server,
    read,
    running,
    write,
)


async def test_settings_are_the_promised_ones(tmp_path: Path) -> None:
    """It syncs before it answers, evicts and logs nothing, and only this user can reach it."""
    async with EmbeddedStore(tmp_path / "new") as store, client(store) as connection:
        settings = await connection.config_get("*")
        assert (await connection.info("server"))["tcp_port"] == 0
        assert (tmp_path / "new" / "store").stat().st_mode & 0o777 == 0o700
        assert store.socket.stat().st_mode & 0o777 == 0o700
    promised = {
        "appendonly": "yes",
        "appendfsync": "always",
        "no-appendfsync-on-rewrite": "no",
        "save": "",
        "maxmemory": "0",
        "maxmemory-policy": "noeviction",
        "slowlog-log-slower-than": "-1",
        "commandlog-request-larger-than": "-1",
        "latency-monitor-threshold": "0",
        "enable-debug-command": "no",
    }
    assert {name: settings[name] for name in promised} == promised


def test_default_directory_is_the_state_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """State is kept where XDG says, and where XDG says nothing, under ~/.local/state."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert default_data_dir() == tmp_path / "state" / "vestibule"
    monkeypatch.setenv("XDG_STATE_HOME", "relative, so ignored")
    assert default_data_dir() == tmp_path / ".local" / "state" / "vestibule"


async def test_stop_ends_the_server_and_may_be_called_again(tmp_path: Path) -> None:
    """After the block there is no server and no lock left, and what was written is there the next time."""
    async with EmbeddedStore(tmp_path) as store:
        await write(store, "visit", "open")
        pid = store.pid
        await store.stop()
        await store.stop()
        assert pid is not None
        assert not running(pid)
    async with EmbeddedStore(tmp_path) as store:
        assert await read(store, "visit") == "open"


async def test_stop_ends_a_hung_server(tmp_path: Path) -> None:
    """A server that does not react to the order to end is ended by force once the grace is over."""
    async with EmbeddedStore(tmp_path, stop_seconds=0.05) as store:
        await write(store, "visit", "open")
        assert store.pid is not None
        pid = store.pid
        os.kill(pid, signal.SIGSTOP)
    assert not running(pid)
    async with EmbeddedStore(tmp_path) as store:
        assert await read(store, "visit") == "open"


async def test_second_start_refuses_naming_the_pid(tmp_path: Path) -> None:
    """A directory that a live node uses refuses a second one, in a sentence that says which process it is."""
    with a_node(tmp_path) as node:
        node.go()
        assert node.heard()[0] == "serves"
        with pytest.raises(StoreInUse, match=f"already running on .*process {node.pid}") as refusal:
            await EmbeddedStore(tmp_path).__aenter__()
        assert refusal.value.pid == node.pid


def test_of_four_racing_nodes_one_serves(tmp_path: Path) -> None:
    """Four nodes started at the same moment: one serves, three refuse and name it."""
    with a_node(tmp_path) as ana, a_node(tmp_path) as bob, a_node(tmp_path) as cy, a_node(tmp_path) as dee:
        nodes = [ana, bob, cy, dee]
        for node in nodes:
            node.go()
        heard = {node.pid: node.heard() for node in nodes}
        (winner,) = [pid for pid, (word, _) in heard.items() if word == "serves"]
        told = [number for word, number in heard.values() if word == "refused"]
        assert told == [winner] * 3


async def test_orphaned_server_is_adopted_and_watched(tmp_path: Path) -> None:
    """A killed node's server goes on under the next node, which starts another when that one dies."""
    states = States()
    with a_node(tmp_path) as node:
        node.go()
        orphan = node.heard()[1]
        node.kill()
        async with EmbeddedStore(tmp_path, on_state=states) as store:
            assert store.pid == orphan
            assert await states.next("up") == f"adopted server {orphan}"
            await write(store, "visit", "open")
            kill_server(store)
            await states.next("down")
            assert (await states.next("up")).startswith("started")
            assert await read(store, "visit") == "open"
        assert not running(orphan)


async def test_adopted_server_gets_the_promised_settings(tmp_path: Path) -> None:
    """A server left by a node with weaker settings syncs before it answers once it is adopted."""
    async with EmbeddedStore(tmp_path, appendfsync="everysec", leave_running=True) as store:
        orphan = store.pid
    async with EmbeddedStore(tmp_path) as store, client(store) as connection:
        assert store.pid == orphan
        assert await connection.config_get("appendfsync") == {"appendfsync": "always"}


async def test_stop_ends_an_adopted_server(tmp_path: Path) -> None:
    """An adopted server is the node's own: it ends with it."""
    async with EmbeddedStore(tmp_path, leave_running=True) as store:
        orphan = store.pid
    assert orphan is not None
    assert running(orphan)
    async with EmbeddedStore(tmp_path) as store:
        assert store.pid == orphan
    assert not running(orphan)


async def test_long_and_odd_path(tmp_path: Path) -> None:
    """A path far beyond the 108 bytes of a socket's address, with a space and a quote, serves too."""
    deep = tmp_path / "Ana's data" / Path(*["a-long-folder-name"] * 12)
    async with EmbeddedStore(deep, leave_running=True) as store:
        await write(store, "visit", "open")
        orphan = store.pid
    async with EmbeddedStore(deep) as store:
        assert store.pid == orphan
        assert await read(store, "visit") == "open"
