"""HAProxy's configuration names every slot's ports; that it works is tested with HAProxy itself."""

from __future__ import annotations

from pathlib import Path

from actors.slots import Slot, ports_of
from gateway.cluster.haproxy import Edge, configuration

SLOTS = (Slot(1, "10.0.0.1"), Slot(2, "fd00::2"))


def test_every_port_of_a_slot_is_known() -> None:
    """A node that found its first port taken is found on the next one."""
    made = configuration(SLOTS, 8110, Edge("0.0.0.0:443", Path("/etc/vestibule.pem")))
    for port in ports_of(1, 8110)[0]:
        assert f"10.0.0.1:{port} check" in made
    for port in ports_of(2, 8110)[0]:
        assert f"[fd00::2]:{port} check" in made


def test_a_path_of_a_slot_goes_there_only_while_it_is_ready() -> None:
    """What a client calls the node's own path goes to any other when that is down."""
    made = configuration(SLOTS, 8110, Edge("127.0.0.1:8080"))
    assert "use_backend node-1 if { path_beg /n/node-1/ } { nbsrv(node-1) gt 0 }" in made
    assert "default_backend alive" in made


def test_who_comes_cannot_say_who_they_are() -> None:
    """The address that limits count by is set, not added to."""
    assert "http-request set-header X-Forwarded-For %[src]" in configuration(SLOTS, 8110, Edge(":80"))
