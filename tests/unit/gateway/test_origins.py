"""Whose pages may connect, as nodes come and go."""

from __future__ import annotations

from typing import Any

from actors.ports import Member
from gateway.origins import Origins, sockets_of
from gateway.settings import Settings


def member(ws_url: str) -> Member:
    """A node that says where its sockets are."""
    return Member(node=ws_url[-12:], incarnation="i", ws_url=ws_url)


class Nodes:
    """The living nodes, as the test says."""

    def __init__(self, *ws_urls: str) -> None:
        self.now = tuple(map(member, ws_urls))

    def __call__(self) -> tuple[Member, ...]:
        """Give them."""
        return self.now


def settings(**server: Any) -> Settings:
    """Settings of a node."""
    return Settings.load(None, server=server)


def test_behind_one_public_address_there_is_one_origin() -> None:
    """However many nodes stand behind it."""
    nodes = Nodes("wss://visits.example.org/n/node-1/ws", "wss://visits.example.org/n/node-2/ws")
    origins = Origins(settings(public_url="https://visits.example.org"), nodes)
    assert origins.all() == {"https://visits.example.org"}
    assert "https://visits.example.org" in origins
    assert "https://evil.example" not in origins


def test_nodes_with_addresses_of_their_own_take_each_others_pages() -> None:
    """As soon as they are there, and no longer than that; a usual port is left out, as browsers do."""
    nodes = Nodes("wss://one.example.org/ws")
    origins = Origins(
        settings(public_url="https://one.example.org", extra_origins="https://old.example.org"), nodes
    )
    assert origins.all() == {"https://one.example.org", "https://old.example.org"}
    nodes.now = tuple(
        map(member, ("wss://one.example.org/ws", "wss://two.example.org:443/ws", "ws://3.example:81/ws"))
    )
    assert origins.all() >= {"https://two.example.org", "http://3.example:81", "https://old.example.org"}
    nodes.now = nodes.now[:1]
    assert "https://two.example.org" not in origins


def test_on_one_machine_localhost_is_the_same_as_its_number() -> None:
    """A newcomer opens either."""
    origins = Origins(settings(port=8080), Nodes("ws://127.0.0.1:8080/ws", "ws://127.0.0.1:8081/ws"))
    hosts = ("127.0.0.1", "localhost")
    assert origins.all() == {f"http://{host}:{port}" for host in hosts for port in (8080, 8081)}


def test_what_is_no_address_of_sockets_adds_nothing() -> None:
    """A node that does not serve yet says none."""
    nodes = Nodes("", "http://x.example/ws", "ws://", "nonsense")
    origins = Origins(settings(public_url="https://one.example.org"), nodes)
    assert origins.all() == {"https://one.example.org"}


def test_sockets_stand_beside_their_pages() -> None:
    """With TLS or without."""
    assert sockets_of("https://one.example.org") == "wss://one.example.org"
    assert sockets_of("http://127.0.0.1:8080") == "ws://127.0.0.1:8080"
