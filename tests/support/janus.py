"""A Janus that somebody else runs: Debian's, on a TCP port of loopback, with secrets of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from websockets.asyncio.client import connect

SECRET: Final = "its-api-secret"
ADMIN_KEY: Final = "its-admin-key"
OTHERS: Final = ",".join(f"libjanus_{name}.so" for name in ("http", "mqtt", "nanomsg", "pfunix", "rabbitmq"))


@asynccontextmanager
async def janus(folder: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run one until the end of the block."""
    _configure(folder, port)
    process = await asyncio.create_subprocess_exec(
        *("janus", "-F", str(folder), "-C", str(folder / "janus.jcfg"), "-o"),
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _configure(folder: Path, port: int) -> None:
    folder.mkdir()
    for name, text in {
        "janus": f'general: {{ api_secret = "{SECRET}", debug_level = 2 }}\n'
        f'transports: {{ disable = "{OTHERS}" }}\n',
        "janus.transport.websockets": f'general: {{ ws = true, ws_port = {port}, ws_ip = "127.0.0.1" }}\n',
        "janus.plugin.audiobridge": f'general: {{ admin_key = "{ADMIN_KEY}", local_ip = "127.0.0.1" }}\n',
    }.items():
        (folder / f"{name}.jcfg").write_text(text)


async def rooms(port: int) -> set[int]:
    """List a Janus's rooms."""
    async with connect(f"ws://127.0.0.1:{port}/", subprotocols=["janus-protocol"]) as socket:  # type: ignore[list-item]

        async def ask(**message: object) -> dict[str, Any]:
            await socket.send(json.dumps({**message, "transaction": "t", "apisecret": SECRET}))
            answer: dict[str, Any] = json.loads(await socket.recv())
            return answer

        session = (await ask(janus="create"))["data"]["id"]
        attached = await ask(janus="attach", session_id=session, plugin="janus.plugin.audiobridge")
        said = await ask(
            janus="message",
            session_id=session,
            handle_id=attached["data"]["id"],
            body={"request": "list", "admin_key": ADMIN_KEY},
        )
        return {room["room"] for room in said["plugindata"]["data"]["list"]}
