"""The same over TLS, whose transports cannot be half-closed."""

import datetime
import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus
from websockets.typing import Origin

from gateway.websocket import Cut
from tests.real.websocket.peer import QUICK, room

VALID = datetime.timedelta(days=1)


def certify(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make a certificate for 127.0.0.1; return the server's and the client's context."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now - VALID, now + VALID
        )
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cafile=pem)


async def test_everything_that_ends_a_connection_ends_it_over_tls(tmp_path: Path) -> None:
    """A refusal is read, a fault is told with its code, a goodbye is answered, silence and abort cut."""
    server, client = certify(tmp_path)
    async with room(limits=QUICK, tls=server) as here:
        url = f"wss://127.0.0.1:{here.port}/ws"
        with pytest.raises(InvalidStatus) as refused:
            await connect(url, ssl=client, origin=Origin("https://evil.example"))
        assert refused.value.response.status_code == 403
        assert b"origin_refused" in refused.value.response.body

        async with connect(url, ssl=client) as connection:
            await connection.send("x" * 60_000)
            assert await connection.recv() == "x" * 60_000
            await connection.close(4000, "bye")
        assert await here.listeners[-1].end() == (4000, "bye")

        async with connect(url, ssl=client) as connection:
            await connection.send("x" * 70_000)
            with pytest.raises(ConnectionClosedError) as closed:
                await connection.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1009

        async with connect(url, ssl=client) as connection:
            here.listeners[-1].open_socket.abort()
            with pytest.raises(ConnectionClosed):
                await connection.recv()
        assert await here.listeners[-1].end() == (1006, "")

        async with connect(url, ssl=client) as connection:
            connection.transport.pause_reading()
            assert await here.listeners[-1].end() == (1006, "silent")
            connection.transport.resume_reading()
        assert here.witness.cuts == [Cut.ORIGIN, Cut.MALFORMED, Cut.SILENT]
