"""Settings are read once, from three places, and a wrong one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.settings import Settings, SettingsWrong
from gateway.settings_sources import lines, read


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the person who runs the tests is seen."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv("VESTIBULE_CONFIG", raising=False)


def written(folder: Path, text: str) -> Path:
    """Write a settings file."""
    path = folder / "vestibule.toml"
    path.write_text(text)
    return path


def test_the_command_line_beats_the_environment_beats_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each value comes from the strongest source that has it, and says which that was."""
    file = written(tmp_path, "[server]\nport = 1001\nnode = 'a'\n[pins]\nknown_at_once = 7\n")
    monkeypatch.setenv("VESTIBULE_SERVER__PORT", "1002")
    monkeypatch.setenv("VESTIBULE_SERVER__NODE", "b")
    found = read(file, {"server": {"port": 1003}})
    server = found.settings.server
    assert (server.port, server.node, found.settings.pins.known_at_once) == (1003, "b", 7)
    origins = [found.origin(key) for key in ("server.port", "server.node", "pins.known_at_once", "log.level")]
    assert origins == ["command line", "environment", "file", "default"]


def test_a_secret_can_stand_in_a_file_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`NAME_FILE` is read, without the line's end; a setting whose own name ends so is no secret."""
    (tmp_path / "turn").write_text("hush\n")
    monkeypatch.setenv("VESTIBULE_MEDIA__TURN_SECRET_FILE", str(tmp_path / "turn"))
    monkeypatch.setenv("VESTIBULE_PRIVACY__TOMBSTONES_FILE", "/there")
    settings = Settings.load()
    assert settings.media.turn_secret.get_secret_value() == "hush"
    assert settings.tombstones_file == Path("/there")


def test_lists_are_written_with_commas_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No JSON in a shell."""
    monkeypatch.setenv("VESTIBULE_MEDIA__TURN_URLS", "turn:a:3478, turns:b:5349")
    monkeypatch.setenv("VESTIBULE_SERVER__TRUSTED_PROXIES", "10.0.0.0/8,192.168.1.1")
    settings = Settings.load()
    assert settings.media.turn_urls == ("turn:a:3478", "turns:b:5349")
    assert settings.server.trusted_proxies == ("10.0.0.0/8", "192.168.1.1/32")
    monkeypatch.setenv("VESTIBULE_DIALIN__SIP_ALLOW", "a-carrier=192.0.2.0/28, 192.0.2.17")
    assert Settings.load().dialin.sip_allow == ("a-carrier=192.0.2.0/28", "192.0.2.17/32")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[server]\nprot = 1\n", "server.prot"),
        ("[srver]\nport = 1\n", "srver"),
        ("[server]\nport = 'many'\n", "server.port"),
        ("[server]\nport = 70000\n", "server.port"),
        ("[pins]\ndigits = 4\n", "pins.digits"),
        ("[server]\npublic_url = 'visits.example.org'\n", "server.public_url"),
        ("[server]\npublic_url = 'https://a.example/path'\n", "server.public_url"),
        ("[server]\nadmin_bind = 'everywhere'\n", "server.admin_bind"),
        ("[server]\ntrusted_proxies = ['ours']\n", "server.trusted_proxies"),
        ("[dialin]\nsip_allow = ['carrier']\n", "dialin.sip_allow"),
        ("[dialin]\nsip_allow = ['=192.0.2.7']\n", "dialin.sip_allow"),
        ("server = 1\n", "server"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, key: str) -> None:
    """The key, and a sentence; nothing is silently ignored."""
    with pytest.raises(SettingsWrong) as wrong:
        Settings.load(written(tmp_path, text))
    assert [problem.key for problem in wrong.value.problems] == [key]
    assert wrong.value.problems[0].sentence.endswith((".", ")"))


def test_every_wrong_setting_is_named_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two slips cost one attempt, and a misspelt section in the environment is one of them."""
    monkeypatch.setenv("VESTIBULE_SREVER__PORT", "1")
    with pytest.raises(SettingsWrong) as wrong:
        Settings.load(written(tmp_path, "[log]\nlevel = 'loud'\n"))
    assert {problem.key for problem in wrong.value.problems} == {"srever", "log.level"}


def test_a_wrong_secret_is_not_repeated(tmp_path: Path) -> None:
    """What was given is in no message."""
    with pytest.raises(SettingsWrong) as wrong:
        Settings.load(written(tmp_path, "[media]\nturn_secret = ['s3cr3t-value']\n"))
    assert "s3cr3t-value" not in str(wrong.value)


@pytest.mark.parametrize("text", ["[server", "\xff"])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, text: str) -> None:
    """So is one that is not there."""
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="latin-1")
    for file in (path, tmp_path / "missing.toml"):
        with pytest.raises(SettingsWrong) as wrong:
            Settings.load(file)
        assert wrong.value.problems[0].key == str(file)


def test_secrets_are_masked_when_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret and a password in a URL are not in what `config show` prints; the origins are."""
    monkeypatch.setenv("VESTIBULE_MEDIA__TURN_SECRET", "hush-hush")
    monkeypatch.setenv("VESTIBULE_STORE__URL", "redis://ana:top-secret@store:6379/0")
    shown = "\n".join(lines(read(None, {})))
    assert "hush-hush" not in shown
    assert "top-secret" not in shown
    assert 'turn_secret = "********"  # environment' in shown
    assert 'url = "redis://ana:********@store:6379/0"  # environment' in shown
    assert "port = 8080  # default" in shown


def test_the_pepper_and_the_tombstones_are_apart_from_the_store(tmp_path: Path) -> None:
    """They have a folder and a file of their own in the data directory, which is the user's to choose."""
    settings = Settings.load(store={"data_dir": tmp_path})
    assert settings.secrets_folder == tmp_path / "secrets"
    assert settings.tombstones_file == tmp_path / "tombstones"


def test_pages_of_this_machine_may_connect_and_no_others(tmp_path: Path) -> None:
    """Without a public address that is 127.0.0.1 and localhost; with one it is that one alone."""
    local = Settings.load(server={"port": 9000})
    assert local.origins == {"http://127.0.0.1:9000", "http://localhost:9000"}
    public = Settings.load(server={"public_url": "https://visits.example.org/"})
    assert public.origins == {"https://visits.example.org"}
    assert public.public_url == "https://visits.example.org"
    assert public.https
