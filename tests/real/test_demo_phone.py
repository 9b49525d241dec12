"""The demo's telephone over HTTPS: announced and streamed by TLS, with the certificate of the pages (R10)."""

from __future__ import annotations

import json
import ssl
import time
from pathlib import Path

import httpx
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.real.test_cli import demo
from tests.support.node import free_port

WITHIN = 30.0


def test_the_demos_telephone_speaks_tls_where_its_page_does(tmp_path: Path) -> None:
    """A page by https may open nothing else; the same certificate vouches for both ports."""
    with demo(tmp_path, free_port(), "--https", scheme="https") as server:
        trusted = ssl.create_default_context(cafile=next(tmp_path.rglob("cert.pem")))
        with httpx.Client(verify=trusted, trust_env=False) as page:
            began = time.monotonic()
            while (asked := page.get(f"{server.url}/api/v1/dev/phone")).status_code == 503:
                assert time.monotonic() - began < WITHIN
                time.sleep(0.1)  # the dial-in starts after the server does, and tells nobody
            clinic = asked.json()
            policy = page.get(f"{server.url}/dev/phone").headers["Content-Security-Policy"]
            assert f"wss://127.0.0.1:{clinic['port']}" in policy
            there = f"127.0.0.1:{clinic['port']}/dialin"
            announced = page.post(
                f"https://{there}/dev/call",
                json={"dialled": clinic["number"]},
                headers={"Origin": server.url},
            )
            call = announced.json()
        stream = f"wss://{there}/telephony/stream"
        with connect(stream, ssl=trusted, origin=Origin(server.url), proxy=None) as socket:
            begun = {
                "streamSid": "MZ1",
                "callSid": call["call"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
                "customParameters": {"ticket": call["ticket"]},
            }
            socket.send(json.dumps({"event": "start", "sequenceNumber": "1", "start": begun}))
            assert json.loads(socket.recv(WITHIN))["event"] == "media"  # it is greeted
