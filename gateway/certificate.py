"""A certificate of our own for a demo on the LAN: browsers warn once, then a telephone's camera works."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFE: Final = timedelta(days=397)
"""Longer ones are refused by some browsers."""
RENEW_BEFORE: Final = timedelta(days=14)


def own_certificate(folder: Path, hosts: Sequence[str]) -> tuple[Path, Path]:
    """Give the files of a certificate for these hosts and of its key; made anew when it does not fit."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    if not (certificate.exists() and key.exists() and _fits(certificate, hosts)):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make(certificate, key, hosts)
    return certificate, key


def _names(hosts: Sequence[str]) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = []
    for host in dict.fromkeys(hosts):
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(host)))
        except ValueError:
            names.append(x509.DNSName(host))
    return names


def _fits(path: Path, hosts: Sequence[str]) -> bool:
    try:
        known = x509.load_pem_x509_certificate(path.read_bytes())
        names = known.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return False
    return set(names) == set(_names(hosts)) and known.not_valid_after_utc - RENEW_BEFORE > datetime.now(UTC)


def _make(certificate: Path, key: Path, hosts: Sequence[str]) -> None:
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Vestibule demo")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectAlternativeName(_names(hosts)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(secret, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    _write(
        key,
        secret.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
    _write(certificate, made.public_bytes(pem))


def _write(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
