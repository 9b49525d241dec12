"""The demo server on somebody's own machine: its settings, its welcome, and how to ask it for a visit."""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from actors.embedded import default_data_dir
from gateway.addresses import is_loopback
from gateway.settings import Settings
from gateway.unable import Unable

if TYPE_CHECKING:
    from gateway.demo import Login

EVERYWHERE: Final = "0.0.0.0"
"""Only with --https, so that a telephone on the LAN can come."""
ASK_SECONDS: Final = 15.0


def settings_of(port: int, data_dir: Path | None, *, https: bool) -> Settings:
    """Make the settings of a demo; the environment adds what is left open. Raises SettingsWrong."""
    folder = demo_folder(data_dir)
    server: dict[str, object] = {"port": port, "bind": "127.0.0.1", "admin_bind": ""}
    if https:
        from gateway.certificate import own_certificate

        hosts = ["localhost", "127.0.0.1", *lan_addresses()]
        certificate, key = own_certificate(folder / "tls", hosts)
        server |= {
            "bind": EVERYWHERE,
            "tls_cert": certificate,
            "tls_key": key,
            "public_url": f"https://{hosts[-1]}:{port}",
            "extra_origins": tuple(f"https://{host}:{port}" for host in hosts),
        }
    log = {"format": "console", "level": os.environ.get("VESTIBULE_LOG__LEVEL", "warning")}
    return Settings.load(None, server=server, store={"data_dir": folder}, log=log)


def demo_folder(data_dir: Path | None) -> Path:
    """Give the demo's folder, which is not that of a node in earnest."""
    return (data_dir or default_data_dir() / "demo").expanduser().absolute()


def lan_addresses() -> list[str]:
    """Give the address by which the LAN reaches this machine, if it has one; nothing is sent for it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
        try:
            trial.connect(("192.0.2.1", 9))  # kept for documentation (RFC 5737): only the route is looked up
        except OSError:
            return []
        address = str(trial.getsockname()[0])
    return [] if is_loopback(address) else [address]


def welcome(settings: Settings, logins: list[Login], sip: str = "") -> str:
    """Say where to go and as whom."""
    url = settings.public_url
    here = "" if url == "http://127.0.0.1:8080" else f" --url https://127.0.0.1:{settings.server.port}"
    if here and not settings.https:
        here = f" --url {url}"
    rows = [f"    {one.role:12} {one.email:22} {one.password}" for one in logins]
    note = (
        [
            "",
            "  The certificate is our own: a browser warns once, then a telephone on your LAN has a camera.",
        ]
        if settings.https
        else []
    )
    return "\n".join(
        [
            "",
            f"  Vestibule's demo clinic: {url}/",
            "",
            "  Sign in as (new passwords at each start):",
            *rows,
            "",
            f"  Invitations, by e-mail and by text, are read here: {url}/dev/outbox",
            f"  A telephone to call the clinic with: {url}/dev/phone",
            *([f"  Or any softphone on this machine: sip:visit@{sip.removesuffix(':5060')}"] if sip else []),
            f"  A visit to join, in another terminal: {command()} demo visit{here}",
            f"  REST: {url}/docs   Metrics: {url}/metrics   Data: {settings.data_dir}",
            *note,
            "  Stop with Ctrl+C.",
            "",
        ]
    )


def command() -> str:
    """Say how this program was called, as somebody would type it."""
    called = Path(sys.argv[0])
    if not called.is_absolute() or shutil.which(called.name) == str(called):
        return str(called) if len(called.parts) > 1 and not called.is_absolute() else called.name
    return str(called.relative_to(Path.cwd())) if called.is_relative_to(Path.cwd()) else str(called)


def ask_for_visit(url: str, minutes: int) -> dict[str, object]:
    """Ask a running demo server for a visit that starts now. Raises Unable."""
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked below
        f"{url.rstrip('/')}/api/v1/demo/visits",
        data=json.dumps({"minutes": minutes}).encode(),
        headers={"Content-Type": "application/json", "X-Vestibule": "1"},
        method="POST",
    )
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise Unable(f"{url} is not like http://127.0.0.1:8080")
    context = ssl.create_default_context()
    if is_loopback(parts.hostname or ""):
        context.check_hostname = False  # our own certificate, on our own machine
        context.verify_mode = ssl.CERT_NONE
    # no proxy: a demo serves this machine only
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    try:
        with opener.open(request, timeout=ASK_SECONDS) as response:
            answer: dict[str, object] = json.load(response)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            raise Unable(
                f"{url} is no demo server of this machine: start one with `{command()} dev`."
            ) from error
        said = json.loads(error.read() or b"{}").get("message", error.reason)
        raise Unable(f"The server refused: {said}") from error
    except OSError as error:
        raise Unable(f"No server answers at {url}: start one with `{command()} dev`.") from error
    return answer
