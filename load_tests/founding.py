"""Founds the clinics of a load: each with a provider and a dial-in number, and one key for all telephones.

`python -m load_tests.founding [CONFIG] > access.json` does it in the store of a deployment that is to be
loaded, whose node is stopped; a load finds in the file how to get in (`--access`).
"""

import asyncio
import secrets
import sys
from pathlib import Path
from typing import Final

import msgspec

from actors.accounts import User
from engine.clinic import Clinic, StaffRole
from engine.ids import ClinicId, UserId
from gateway.auth import DIALIN
from gateway.logs import configure_logs
from gateway.node import Node, Seams, running
from gateway.passwords import LIGHT, Passwords
from gateway.settings import Settings
from load_tests.clinics import Access, Account
from load_tests.site import CLINICS

CLINIC: Final = "load-{:02}"


def main() -> None:
    """Found the clinics in a deployment's store."""
    config = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    settings = Settings.load(config)
    configure_logs(settings.log)
    access = asyncio.run(_in_a_store(settings))
    print(msgspec.json.encode(access).decode())


async def _in_a_store(settings: Settings) -> Access:
    async with running(settings, Seams(silent=True)) as node:
        return await found(node)


async def found(node: Node) -> Access:
    """Found all clinics on a running node, with a password that is new each time."""
    password = secrets.token_urlsafe(12)
    passwords = Passwords(cost=LIGHT)
    try:
        hashed = await passwords.hash(password)
    finally:
        passwords.close()
    accounts = [await _clinic(node, number, password, hashed) for number in range(CLINICS)]
    _, key = await node.auth.add_key(ClinicId(CLINIC.format(0)), "Load tests", frozenset({DIALIN}))
    return Access(accounts, key)


async def _clinic(node: Node, number: int, password: str, hashed: str) -> Account:
    account = Account(
        clinic=number,
        email=f"provider-{number:02}@example.test",
        password=password,
        number=f"+1555010{number:04}",  # kept for fiction
    )
    clinic = Clinic(
        id=ClinicId(CLINIC.format(number)),
        name=f"Clinic {number}",
        phone="+1 555-0100",
        dial_in=(account.number,),
    )
    refused = await node.desk.save_clinic(clinic)
    if refused is not None:
        raise RuntimeError(f"a clinic could not be saved: {refused.code}")
    await node.auth.accounts.add_user(
        User(
            id=UserId(f"load-provider-{number:02}"),
            email=account.email,
            name="Dr. Amara Osei",
            role=StaffRole.PROVIDER,
            clinic=clinic.id,
            password=hashed,
        )
    )
    return account


if __name__ == "__main__":
    main()
