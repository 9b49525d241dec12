"""Where the demo takes calls by SIP: at the usual port, so that any softphone finds it (R10)."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from gateway import phones
from gateway.settings import Settings
from tests.support.node import free_port


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A demo's, which name no place."""
    return Settings.load(None, store={"data_dir": tmp_path})


def test_the_usual_port_of_sip_on_loopback(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """5060 (RFC 3261, section 19.1.2), which nobody has to type; another one when that is taken."""
    assert phones.SIP == 5060
    usual = free_port()
    monkeypatch.setattr(phones, "SIP", usual)
    assert phones.sip_place(settings) == f"127.0.0.1:{usual}"
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as taken:
            taken.bind(("127.0.0.1", usual))
            host, _, port = phones.sip_place(settings).partition(":")
            assert host == "127.0.0.1"
            assert int(port) not in (0, usual)


def test_a_place_that_is_set_is_the_place(settings: Settings) -> None:
    """Whoever has a trunk says where it calls."""
    dialin = settings.dialin.model_copy(update={"sip_bind": "192.0.2.20:5062"})
    assert phones.sip_place(settings.model_copy(update={"dialin": dialin})) == "192.0.2.20:5062"
