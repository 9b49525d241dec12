"""What an operator does from the command line: found clinics, add staff, make keys."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from zoneinfo import available_timezones

from actors.accounts import Accounts, User
from actors.embedded import EmbeddedStore, StoreInUse
from actors.pepper import read_pepper
from actors.secrets import Secrets
from actors.store.servers import Servers
from actors.store.settings import StoreSettings
from engine.clinic import Clinic, StaffRole
from engine.ids import ALPHABET, ClinicId, UserId
from gateway.auth import BRIDGE, CLINIC_SCOPES, DIALIN, SRE, Auth
from gateway.node import Seams, running
from gateway.passwords import Passwords
from gateway.settings import Settings
from gateway.unable import Unable


async def found_clinic(
    settings: Settings,
    *,
    identifier: str,
    name: str,
    zone: str,
    admin: str,
    phone: str = "",
    dial_in: Sequence[str] | None = None,
) -> str:
    """Found a clinic with its first administrator, or change it; says the new password. Raises Unable."""
    if not re.fullmatch(r"[a-z0-9-]{1,40}", identifier):
        raise Unable("A clinic's id has up to 40 of the characters a-z, 0-9 and -.")
    if zone not in available_timezones():
        raise Unable(f"{zone} is no zone: it is like America/Los_Angeles.")
    async with running(settings, Seams(silent=True)) as node:
        clinic = node.host.clinic(identifier) or Clinic(id=ClinicId(identifier), name=name)
        clinic.name, clinic.zone = name, zone
        clinic.phone = phone or clinic.phone
        clinic.dial_in = tuple(dial_in) if dial_in is not None else clinic.dial_in
        refused = await node.desk.save_clinic(clinic)
        if refused is not None:
            raise Unable("The clinic could not be saved: is another node running on this store?")
        said = await _employ(settings, node.auth.accounts, clinic.id, admin, "Administrator", StaffRole.ADMIN)
    return f"Clinic {identifier} is there.\n{said}"


async def employ(settings: Settings, *, clinic: str, email: str, name: str, role: str) -> str:
    """Add a member of staff or give them a new password; says it. Raises Unable."""
    if role not in {*StaffRole} - {StaffRole.READER}:
        raise Unable("The role is provider, coordinator, admin or sre.")
    is_to_be = StaffRole(role)
    async with _accounts(settings) as auth:
        return await _employ(settings, auth.accounts, ClinicId(clinic), email, name, is_to_be)


async def make_key(settings: Settings, *, clinic: str, name: str, scopes: Sequence[str]) -> str:
    """Make an API key; says its text, which is kept nowhere. Raises Unable."""
    known = CLINIC_SCOPES | {BRIDGE, DIALIN, SRE}
    if not scopes or not known.issuperset(scopes):
        raise Unable(f"The scopes are {', '.join(sorted(known))}.")
    async with _accounts(settings) as auth:
        _, text = await auth.add_key(ClinicId(clinic), name, frozenset(scopes))
    return text


async def _employ(
    settings: Settings, accounts: Accounts, clinic: ClinicId, email: str, name: str, role: StaffRole
) -> str:
    known = await accounts.user_by_email(email)
    if known is not None and known.clinic != clinic:
        raise Unable(f"{email} belongs to somebody of another clinic.")
    user = known.id if known else UserId("".join(secrets.choice(ALPHABET) for _ in range(12)))
    password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
    passwords = Passwords(at_once=settings.limits.hashes_at_once)
    try:
        hashed = await passwords.hash(password)
    finally:
        passwords.close()
    await accounts.add_user(User(id=user, email=email, name=name, role=role, clinic=clinic, password=hashed))
    await accounts.close_sessions(user)  # whoever knew the old password is out
    return f"{name} ({role.value}) signs in as {email} with {password}"


@asynccontextmanager
async def _accounts(settings: Settings) -> AsyncIterator[Auth]:
    """Reach the accounts of a store, whether its node runs or not."""
    async with AsyncExitStack() as stack:
        servers = Servers(StoreSettings(url=await reach(settings, stack)))
        await servers.open()
        stack.push_async_callback(servers.close)
        made = Secrets(read_pepper(settings.secrets_folder))
        passwords = Passwords()
        stack.callback(passwords.close)
        yield Auth(Accounts(servers), made, passwords, now=_now, random=os.urandom)


def _now() -> int:
    return round(time.time() * 1000)


async def reach(settings: Settings, stack: AsyncExitStack) -> str:
    """Give the store's URL: an external one, that of a node that runs, or of one started for the moment."""
    if settings.store.url is not None:
        return settings.store.url
    store = EmbeddedStore(settings.data_dir, appendfsync=settings.store.appendfsync)
    with contextlib.suppress(StoreInUse):  # then its node is running, and keeps the store up
        await stack.enter_async_context(store)
    return store.url
