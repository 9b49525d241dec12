"""A node refuses to start with settings that do not fit together, and says which."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.settings import Problem, Settings, SettingsWrong
from gateway.settings_check import advice, advised_digits, problems

MAIL = {"host": "mail.example.org", "sender": "visits@example.org", "user": "u", "password": "p"}
WEBHOOK = {"provider": "webhook", "url": "https://texts.example/send", "token": "0123456789abcdef"}


def keys(found: list[Problem]) -> list[str]:
    """Name the settings that something is wrong with."""
    return [one.key for one in found]


def settings(tmp_path: Path, **sections: Mapping[str, object]) -> Settings:
    """Make settings in a folder of their own."""
    return Settings.load(None, **{"store": {"data_dir": tmp_path}, **sections})


def test_the_defaults_are_fine(tmp_path: Path) -> None:
    """A node that serves this machine only needs no setting at all."""
    assert problems(settings(tmp_path)) == []


@pytest.mark.parametrize("bind", ["0.0.0.0", "::", "192.0.2.7"])
def test_other_machines_are_served_with_tls_and_a_public_url_only(tmp_path: Path, bind: str) -> None:
    """Neither a name nor a voice crosses a network in clear."""
    assert keys(problems(settings(tmp_path, server={"bind": bind}))) == ["server.public_url", "server.bind"]


def test_a_proxy_that_speaks_tls_is_enough(tmp_path: Path) -> None:
    """Its network is trusted, and the public address is https."""
    server = {"bind": "0.0.0.0", "public_url": "https://a.example", "trusted_proxies": ["10.0.0.0/8"]}
    assert problems(settings(tmp_path, server=server)) == []


def test_a_public_address_in_clear_is_refused(tmp_path: Path) -> None:
    """Browsers would refuse camera and microphone."""
    server = {"bind": "0.0.0.0", "public_url": "http://a.example", "trusted_proxies": ["10.0.0.0/8"]}
    assert keys(problems(settings(tmp_path, server=server))) == ["server.public_url"]


def test_certificate_and_key_belong_together_and_must_be_there(tmp_path: Path) -> None:
    """Each is named when it is missing."""
    there = tmp_path / "cert.pem"
    there.touch()
    assert keys(problems(settings(tmp_path, server={"tls_cert": there}))) == ["server.tls_cert"]
    both = {"tls_cert": there, "tls_key": tmp_path / "nowhere"}
    assert keys(problems(settings(tmp_path, server=both))) == ["server.tls_key"]


def test_turn_needs_the_shared_secret_and_its_own_scheme(tmp_path: Path) -> None:
    """A server that nobody can use is not handed out."""
    media = {"turn_urls": ["stun:a"], "force_relay": True}
    assert keys(problems(settings(tmp_path, media=media))) == ["media.turn_urls", "media.turn_secret"]
    assert keys(problems(settings(tmp_path, media={"force_relay": True}))) == ["media.force_relay"]


def test_pepper_and_tombstones_may_not_be_in_the_stores_folder(tmp_path: Path) -> None:
    """A copy of the store must not hold what opens it, nor take the tombstones with it when it is lost."""
    inside = {"secrets": {"folder": tmp_path / "store" / "x"}}
    assert keys(problems(settings(tmp_path, **inside))) == ["secrets.folder"]
    inside = {"privacy": {"tombstones_file": tmp_path / "store" / "x"}}
    assert keys(problems(settings(tmp_path, **inside))) == ["privacy.tombstones_file"]


def test_a_stores_url_has_a_known_scheme(tmp_path: Path) -> None:
    """Everything else is a slip."""
    assert keys(problems(settings(tmp_path, store={"url": "http://store"}))) == ["store.url"]


@pytest.mark.parametrize(
    ("known", "digits"), [(1, 9), (100, 9), (101, 10), (1_000, 10), (1_001, 11), (10_000, 11), (10_001, 12)]
)
def test_more_pins_want_more_digits(tmp_path: Path, known: int, digits: int) -> None:
    """The advice of reliability-security.md, by how many PINs are known at once."""
    assert advised_digits(known) == digits
    found = keys(advice(settings(tmp_path, pins={"known_at_once": known})))
    assert ("pins.digits" in found) is (digits > 9)


def test_what_can_be_lost_is_said(tmp_path: Path) -> None:
    """`everysec` works, and is advised against."""
    found = advice(settings(tmp_path, store={"data_dir": tmp_path, "appendfsync": "everysec"}))
    assert "store.appendfsync" in keys(found)


def test_a_node_that_can_write_to_nobody_is_told(tmp_path: Path) -> None:
    """It serves all the same; letters by mail fail with `mail_not_set_up`."""
    assert keys(advice(settings(tmp_path))) == ["mail.host", "texts.provider"]
    assert advice(settings(tmp_path, mail=MAIL, texts=WEBHOOK)) == []


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, []),
        ({"sender": ""}, ["mail.sender"]),
        ({"password": ""}, ["mail.user"]),
        ({"user": ""}, ["mail.user"]),
        ({"tls": "none"}, ["mail.tls"]),
        ({"tls": "none", "host": "127.0.0.1"}, []),
        ({"ca_file": "/nowhere/ca.pem"}, ["mail.ca_file"]),
    ],
)
def test_a_mail_server_is_described_whole(
    tmp_path: Path, changes: dict[str, object], wrong: list[str]
) -> None:
    """With a sender, and never in clear across a network."""
    assert keys(problems(settings(tmp_path, mail={**MAIL, **changes}))) == wrong


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, []),
        ({"url": ""}, ["texts.url"]),
        ({"token": "short"}, ["texts.token"]),
        ({"url": "http://texts.example/send"}, ["texts.url"]),
        ({"url": "http://127.0.0.1:9/send"}, []),
        ({"provider": "twilio", "url": ""}, ["texts.account"]),
        ({"provider": "twilio", "url": "", "account": "AC1", "sender": "+14155550100"}, []),
    ],
)
def test_a_provider_of_texts_is_described_whole(
    tmp_path: Path, changes: dict[str, object], wrong: list[str]
) -> None:
    """With what it knows us by, and never in clear across a network."""
    assert keys(problems(settings(tmp_path, texts={**WEBHOOK, **changes}))) == wrong


def test_a_link_fits_into_a_text(tmp_path: Path) -> None:
    """Texts have two parts at most."""
    server = {"public_url": "https://" + "v" * 60 + ".example"}
    assert keys(problems(settings(tmp_path, server=server, texts=WEBHOOK))) == ["server.public_url"]
    assert keys(problems(settings(tmp_path, server=server))) == []


@pytest.mark.parametrize(
    ("section", "values"),
    [
        ("mail", {"sender": "Clinic <a@b.example>"}),
        ("mail", {"sender": "a@b.example\r\nBcc: c@d.example"}),
        ("texts", {"url": "https://user:secret@texts.example"}),
        ("texts", {"url": "ftp://texts.example"}),
        ("texts", {"countries": "USA"}),
        ("texts", {"sender": "+0800"}),
        ("texts", {"account": "../x"}),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, section: str, values: dict[str, object]) -> None:
    """At the start, and with its key."""
    with pytest.raises(SettingsWrong, match=f"{section}.{next(iter(values))}"):
        settings(tmp_path, **{section: values})


def test_countries_are_written_in_a_row(tmp_path: Path) -> None:
    """As the environment gives them, in either case."""
    assert settings(tmp_path, texts={"countries": "us, MX"}).texts.countries == ("US", "MX")


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, ["bridge.backend"]),
        ({"bind": ""}, []),
        ({"janus_url": "ws://127.0.0.1:8188", "janus_admin_key": "k"}, []),
        ({"janus_url": "wss://janus.example", "janus_admin_key": "k"}, []),
        ({"janus_url": "ws://janus.example", "janus_admin_key": "k"}, ["bridge.janus_url"]),
        ({"janus_url": "ws://127.0.0.1:8188"}, ["bridge.janus_admin_key"]),
    ],
)
def test_a_janus_is_here_or_described_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], wrong: list[str]
) -> None:
    """Where Debian's is not installed somebody else's has to be named, and what opens its rooms is no
    stranger's to read.
    """
    monkeypatch.setenv("PATH", str(tmp_path))
    assert keys(problems(settings(tmp_path, bridge={"backend": "janus", **changes}))) == wrong
