"""Ray is started for this machine and its own network only, with a token, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from actors.machines import (
    Head,
    Unsafe,
    environment,
    head_command,
    insist_on_firewall,
    insist_on_private,
    insist_on_token,
    machine_command,
    machine_of,
    make_token,
    resource_of,
)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "10.1.2.3", "192.168.7.7", "fd00::2", "::1"])
def test_private_addresses_are_taken(address: str) -> None:
    """Loopback and private networks are what Ray may be bound to."""
    insist_on_private(address)


@pytest.mark.parametrize(
    "address", ["0.0.0.0", "::", "8.8.8.8", "203.0.113.7", "2001:4860::1", "example.org", ""]
)
def test_whatever_others_reach_is_refused(address: str) -> None:
    """A public address, all addresses, and a name that may mean anything are refused."""
    with pytest.raises(Unsafe):
        insist_on_private(address)


def test_a_machine_that_strangers_reach_needs_a_firewall_of_its_own() -> None:
    """Beside a public address Ray would listen on it too, unless all is on 127.0.0.1."""
    insist_on_firewall("10.0.0.2", ["127.0.0.1", "10.0.0.2", "fe80::1"])
    insist_on_firewall("127.0.0.1", ["127.0.0.1", "8.8.4.4"])
    with pytest.raises(Unsafe, match=r"8\.8\.4\.4"):
        insist_on_firewall("10.0.0.2", ["10.0.0.2", "8.8.4.4"])


def test_without_a_token_nothing_begins(tmp_path: Path) -> None:
    """No token, a token that others may read, or one too short: no environment for Ray."""
    token = tmp_path / "cluster" / "token"
    with pytest.raises(Unsafe, match="no token"):
        environment(token)
    make_token(token)
    insist_on_token(token)
    token.chmod(0o640)
    with pytest.raises(Unsafe, match="others may read"):
        environment(token)
    token.chmod(0o600)
    token.write_text("short")
    with pytest.raises(Unsafe, match="too short"):
        environment(token)


def test_the_token_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    """A second start keeps the token, and nobody else can read it."""
    token = tmp_path / "token"
    make_token(token)
    first = token.read_text()
    make_token(token)
    assert token.read_text() == first
    assert token.stat().st_mode & 0o777 == 0o600
    assert environment(token)["RAY_AUTH_MODE"] == "token"


def test_on_loopback_ray_listens_on_loopback_only(tmp_path: Path) -> None:
    """For any address but 127.0.0.1 Ray listens everywhere: machines of loopback get that one."""
    head = head_command(Head("127.0.0.1", 6380), tmp_path)
    assert "--node-ip-address=127.0.0.1" in head
    assert "--include-dashboard=false" in head
    assert "--node-ip-address=127.0.0.1" in machine_command(Head("127.0.0.1", 6380), "127.0.0.2")


def test_a_slot_is_pinned_by_its_machines_own_resource() -> None:
    """The resource's name says the machine, and other resources do not."""
    assert machine_of(resource_of("10.0.0.1")) == "10.0.0.1"
    assert machine_of("node:10.0.0.1") is None
