"""The command line, in processes of its own, as a person or an operator uses it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any

import httpx
import pytest

from tests.support.node import free_port

VESTIBULE = Path(sys.executable).with_name("vestibule")
SECONDS = 60.0


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Give a home of its own, in which nothing of a person's is."""
    return tmp_path


def environment(home: Path, **more: str) -> dict[str, str]:
    """Give the environment of somebody who has set nothing."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("VESTIBULE_") and "proxy" not in name.lower()
    }
    return clean | {"XDG_STATE_HOME": str(home), "TZ": "America/Los_Angeles"} | more


def run(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a verb to its end."""
    return subprocess.run(
        [VESTIBULE, *words],
        env=environment(home, **more),
        cwd=home,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


class Server:
    """A `vestibule dev` or `start` that serves."""

    def __init__(self, process: subprocess.Popen[str], said: str, url: str) -> None:
        self.process = process
        self.said = said
        self.url = url

    def get(self, path: str) -> httpx.Response:
        """Ask it."""
        return httpx.get(self.url + path, trust_env=False, timeout=SECONDS, verify=False)  # noqa: S501 - its own

    def stop(self) -> int:
        """Stop it as an operator does."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)


@contextmanager
def serving(home: Path, *words: str, until: str, url: str) -> Iterator[Server]:
    """Start a server and wait until it says that it serves."""
    with subprocess.Popen(
        [VESTIBULE, *words],
        env=environment(home),
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield Server(process, _read_until(process.stdout, until), url)
        finally:
            _ended(process)


def _ended(process: subprocess.Popen[str]) -> None:
    """End a server in order, or its store would outlive it; one that does not end is killed."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def _read_until(stream: IO[str], words: str) -> str:
    said = ""
    for line in stream:
        said += line
        if words in line:
            return said
    raise AssertionError(f"it ended before it served: {said}")


def demo(home: Path, port: int, *words: str, scheme: str = "http") -> AbstractContextManager[Server]:
    """Start a demo."""
    return serving(
        home, "dev", "--port", str(port), *words, until="Ctrl+C", url=f"{scheme}://127.0.0.1:{port}"
    )


def test_a_demo_serves_seeds_and_stops(home: Path) -> None:
    """It prints where to go and new passwords at each start; they work; SIGTERM ends it in order."""
    port = free_port()
    passwords = []
    for _ in range(2):
        with demo(home, port) as server:
            assert f"http://127.0.0.1:{port}/" in server.said
            logins = re.findall(r"(\S+@demo\.example) +(\S+)", server.said)
            assert len(logins) == 6
            passwords.append(dict(logins))
            for email, password in logins:
                answer = httpx.post(
                    f"{server.url}/api/v1/sign-in",
                    json={"email": email, "password": password},
                    headers={"X-Vestibule": "1"},
                    trust_env=False,
                    timeout=SECONDS,
                )
                assert answer.status_code == 200
                assert answer.json()["clinic"]["zone"] == "America/Los_Angeles"
            ready = server.get("/readyz").json()
            assert (ready["status"], ready["store"]) == ("ready", "up")
            assert "vestibule_shards_owned 1024.0" in server.get("/metrics").text
            assert "vestibule_pin_guess_bound_per_day 0.0" in server.get("/metrics").text
            assert "NewVisit" in server.get("/openapi.json").text
            assert "/api/v1/visits" in server.get("/docs").text
            assert server.stop() == 0
    assert set(passwords[0].values()).isdisjoint(passwords[1].values())


def test_a_demo_visit_has_everything_to_get_in_with(home: Path) -> None:
    """The provider is in already; every link, key and PIN works, and goes on working after a kill."""
    port = free_port()
    with demo(home, port) as server:
        asked = run(home, "demo", "visit", "--minutes", "20", "--json", "--url", server.url)
        assert asked.returncode == 0, asked.stderr
        visit = json.loads(asked.stdout)
        assert set(visit) >= {
            "visit_id", "provider_url", "patient_url", "guest_url", "dial_in_number", "pin", "dialin_key",
            "api_key", "ws_url", "expires_at",
        }  # fmt: skip
        assert visit["ws_url"] == f"ws://127.0.0.1:{port}/ws"
        again = run(home, "demo", "visit", "--url", server.url)
        assert visit["dialin_key"] in again.stdout, "the demo's keys stay the same"
        enter = server.get(visit["provider_url"].removeprefix(server.url))
        assert (enter.status_code, enter.headers["Location"]) == (303, f"/call?visit={visit['visit_id']}")
        assert "vestibule_session=demo-provider." in enter.headers["Set-Cookie"]
        seen = _api(server, visit["api_key"], f"/visits/{visit['visit_id']}")
        assert seen["status"] == "in_progress"
        assert seen["panel"]["pin"] == visit["pin"]
        server.process.kill()
        server.process.wait(SECONDS)
    with demo(home, port) as server:
        seen = _api(server, visit["api_key"], f"/visits/{visit['visit_id']}")
        assert seen["status"] == "in_progress"
        assert seen["panel"]["link"] == visit["guest_url"]
        assert server.get(visit["provider_url"].removeprefix(server.url)).status_code == 303
        wrong = visit["provider_url"].removeprefix(server.url)[:-1] + "_"
        assert server.get(wrong).status_code == 404


def _api(server: Server, key: str, path: str) -> dict[str, Any]:
    answer = httpx.get(
        f"{server.url}/api/v1{path}",
        headers={"Authorization": f"Bearer {key}"},
        trust_env=False,
        timeout=SECONDS,
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_demo_on_the_lan_has_a_certificate_of_its_own(home: Path) -> None:
    """The same at each start, and what is told to browsers is for https."""
    port = free_port()
    with demo(home, port, "--https", scheme="https") as server:
        answer = server.get("/")
        assert "Strict-Transport-Security" in answer.headers
        assert "wss://" in answer.headers["Content-Security-Policy"]
        asked = run(home, "demo", "visit", "--json", "--url", server.url)
        assert asked.returncode == 0, asked.stderr
        assert json.loads(asked.stdout)["ws_url"].startswith("wss://")
        certificate = next(home.rglob("cert.pem")).read_bytes()
        assert server.stop() == 0
    with demo(home, port, "--https", scheme="https"):
        assert next(home.rglob("cert.pem")).read_bytes() == certificate


def test_a_second_start_on_one_folder_names_who_has_it(home: Path) -> None:
    """And one on a port that is taken says so."""
    port = free_port()
    with demo(home, port) as server:
        second = run(home, "dev", "--port", str(free_port()))
        assert second.returncode == 1
        assert f"process {server.process.pid}" in second.stderr
        third = run(home, "dev", "--port", str(port), "--data-dir", str(home / "other"))
        assert third.returncode == 1
        assert f"Port {port}" in third.stderr
        assert "Traceback" not in second.stderr + third.stderr


def test_a_node_is_started_with_settings_and_seeds_nothing(home: Path) -> None:
    """Metrics and details stand at the operator's door only; nothing of a demo is there."""
    port, admin = free_port(), free_port()
    file = home / "v.toml"
    file.write_text(
        f"[server]\nport = {port}\nadmin_bind = '127.0.0.1:{admin}'\n[store]\ndata_dir = 'here'\n"
    )
    with serving(home, "start", "-c", str(file), until="serves", url=f"http://127.0.0.1:{port}") as server:
        assert server.get("/readyz").json() == {"status": "ready"}
        assert server.get("/metrics").status_code == server.get("/docs").status_code == 404
        asked = run(home, "demo", "visit", "--url", server.url)
        assert (asked.returncode, "no demo server" in asked.stderr) == (1, True)
        operator = Server(server.process, "", f"http://127.0.0.1:{admin}")
        assert operator.get("/readyz").json()["store"] == "up"
        page = operator.get("/metrics").text
        assert "vestibule_visits_live 0.0" in page
        assert "vestibule_double_owner_total 0.0" in page
        assert operator.get("/api/v1/me").status_code == 404
        assert server.stop() == 0
    assert (home / "here" / "secrets" / "pepper").stat().st_mode & 0o777 == 0o600


def test_other_machines_are_not_served_without_tls(home: Path) -> None:
    """The start is refused with the key and a sentence, before anything is opened."""
    refused = run(home, "start", VESTIBULE_SERVER__BIND="0.0.0.0")
    assert refused.returncode == 2
    assert [line.partition(":")[0] for line in refused.stderr.splitlines()] == [
        "server.public_url",
        "server.bind",
    ]
    assert not list(home.iterdir())


def test_settings_are_checked_and_shown(home: Path) -> None:
    """A wrong key is named; what is shown says where it comes from and no secret."""
    fine = run(home, "config", "check", VESTIBULE_PINS__KNOWN_AT_ONCE="5000")
    assert (fine.returncode, "11 digits are advised" in fine.stdout) == (0, True)
    wrong = run(home, "config", "check", VESTIBULE_SERVER__PROT="1")
    assert (wrong.returncode, wrong.stderr.partition(":")[0]) == (2, "server.prot")
    shown = run(home, "config", "show", VESTIBULE_MEDIA__TURN_SECRET="hush")
    assert 'turn_secret = "********"  # environment' in shown.stdout
    assert "hush" not in shown.stdout


def test_the_doctor_finds_what_is_missing(home: Path) -> None:
    """A TURN server that does not answer, a pepper that others can read; nothing on a new machine."""
    well = run(home, "doctor", VESTIBULE_SERVER__PORT=str(free_port()))
    assert "problem  pages" in well.stdout or well.returncode == 0, well.stdout
    assert "ok       store" in well.stdout
    pepper = home / "vestibule" / "secrets" / "pepper"
    pepper.parent.mkdir(parents=True, exist_ok=True)
    pepper.write_text("1 x\n")
    pepper.chmod(0o644)
    sick = run(
        home,
        "doctor",
        VESTIBULE_MEDIA__TURN_URLS=f"turn:127.0.0.1:{free_port()}?transport=tcp",
        VESTIBULE_MEDIA__TURN_SECRET="x",
    )
    assert sick.returncode == 1
    assert "problem  pepper" in sick.stdout
    assert "problem  TURN" in sick.stdout
    assert " -> Is coturn running" in sick.stdout
    told = run(home, "doctor", "--json", "--url", f"http://127.0.0.1:{free_port()}")
    assert told.returncode == 1
    assert not json.loads(told.stdout)["well"]
    assert {"problem", "note", "ok"} == {one["verdict"] for one in json.loads(told.stdout)["findings"]}


def test_an_operator_founds_a_clinic_and_it_works(home: Path) -> None:
    """Clinic, staff and keys from the command line; the scope `dialin` is given here."""
    port = free_port()
    more = {"VESTIBULE_SERVER__PORT": str(port), "VESTIBULE_SERVER__ADMIN_BIND": ""}
    words = ("--id", "bay", "--zone", "Asia/Kolkata", "--admin", "ana@bay.example", "--dial-in", "+15550100")
    founded = run(home, "clinic", "Bayview", *words, **more)
    assert founded.returncode == 0, founded.stderr
    password = founded.stdout.split()[-1]
    hired = run(
        home, "staff", "ri@bay.example", "--clinic", "bay", "--name", "Dr. Ri", "--role", "provider", **more
    )
    assert hired.returncode == 0, hired.stderr
    key = run(home, "key", "bridge", "--clinic", "bay", "--scope", "dialin", **more)
    assert key.stdout.startswith("vk_")
    assert run(home, "key", "x", "--clinic", "bay", "--scope", "everything", **more).returncode == 1
    file = home / "v.toml"
    file.write_text(f"[server]\nport = {port}\nadmin_bind = ''\n")
    with serving(home, "start", "-c", str(file), until="serves", url=f"http://127.0.0.1:{port}") as server:
        late = run(home, "clinic", "Other", "--id", "o", "--zone", "UTC", "--admin", "a@o.example", **more)
        assert (late.returncode, "already running" in late.stderr) == (1, True)
        with httpx.Client(base_url=server.url, trust_env=False, timeout=SECONDS) as admin:
            admin.headers["X-Vestibule"] = "1"
            me = admin.post("/api/v1/sign-in", json={"email": "ana@bay.example", "password": password})
            bayview = {"id": "bay", "name": "Bayview", "zone": "Asia/Kolkata", "logo": "", "week_starts": 0}
            assert me.json()["clinic"] == bayview
            assert admin.get("/api/v1/clinic").json()["dial_in_numbers"] == ["+15550100"]
            assert [one["name"] for one in admin.get("/api/v1/staff").json()] == ["Administrator", "Dr. Ri"]
