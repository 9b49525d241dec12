"""A clinic's staff as its administrators change it, and the welcome link by which somebody new comes in.

A clinic always has an administrator who can sign in. A welcome link is `<user>.<secret>`: good for 72 hours
and once, known to the store by a keyed hash only; a new one takes the place of the one before.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Protocol
from weakref import WeakValueDictionary

from actors.accounts import Accounts, User
from actors.secrets import Secrets
from engine.clinic import Clinic, StaffRole
from engine.ids import ClinicId, Instant, UserId
from engine.refusals import Refused
from gateway.passwords import Passwords

LONGEST_TOKEN: Final = 200


class WelcomeMailer(Protocol):
    """Sends welcome links by mail."""

    async def welcome(self, *, to: str, name: str, clinic: Clinic, link: str) -> bool:
        """Send somebody their welcome link; False when it cannot be sent. Never raises but for a bug."""
        ...


class Staff:
    """Adds, changes and disables members of staff. All raise StoreDown when the store is away."""

    def __init__(
        self,
        accounts: Accounts,
        secrets: Secrets,
        passwords: Passwords,
        *,
        now: Callable[[], Instant],
        new_secret: Callable[[], str],
    ) -> None:
        self._accounts = accounts
        self._secrets = secrets
        self._passwords = passwords
        self._now = now
        self._new_secret = new_secret
        self._changing: WeakValueDictionary[ClinicId, asyncio.Lock] = WeakValueDictionary()
        """One change of a clinic's staff at a time here; of two nodes each looks again after its write."""

    async def find(self, clinic: ClinicId, user: str) -> User | None:
        """Give somebody of this clinic; another clinic's are not there."""
        found = await self._accounts.user(UserId(user))
        return found if found is not None and found.clinic == clinic else None

    async def add(self, new: User) -> User | Refused:
        """Add somebody without a password; the same user again is the one there is."""
        known = await self.find(new.clinic, new.id)
        if known is not None:
            return known
        return new if await self._accounts.add_user(new) else Refused("email_taken")

    async def change(
        self,
        clinic: ClinicId,
        by: UserId,
        user: str,
        *,
        name: str | None = None,
        role: StaffRole | None = None,
        disabled: bool | None = None,
    ) -> User | Refused:
        """Change somebody. Another role, or none any more, ends their sessions and cuts their sockets."""
        async with self._alone(clinic):
            before = await self.find(clinic, user)
            if before is None:
                return Refused("no_such_person")
            after = replace(
                before,
                name=before.name if name is None else name,
                role=before.role if role is None else role,
                disabled=before.disabled if disabled is None else disabled,
            )
            refused = await self._needed(before, after, by)
            if refused is not None:
                return refused
            await self._accounts.save_user(after)
            if await self._nobody_left(before, after):  # at another node somebody did the same to the others
                await self._accounts.save_user(before)
                return Refused("last_admin")
            if after.disabled:
                await self._accounts.withdraw_welcome(after.id)
            if after.disabled or after.role is not before.role:
                await self._accounts.close_sessions(after.id)
            return after

    async def _needed(self, before: User, after: User, by: UserId) -> Refused | None:
        """Say why this change would leave somebody outside, or None when it does not."""
        disables = after.disabled and not before.disabled
        demotes = before.role is StaffRole.ADMIN and after.role is not StaffRole.ADMIN
        if (disables or demotes) and before.id == by:
            return Refused("not_yourself")
        return Refused("last_admin") if await self._nobody_left(before, after) else None

    async def _nobody_left(self, before: User, after: User) -> bool:
        """Whether the clinic is without an administrator after this change."""
        if not _administers(before) or _administers(after):
            return False
        others = [user for user in await self._accounts.staff(before.clinic) if user.id != before.id]
        return not any(map(_administers, others))

    # ------------------------------------------------------------ welcome links

    async def welcome(self, user: User) -> str | Refused:
        """Make a new welcome link's token for somebody; the one before is good no more."""
        if user.disabled:
            return Refused("person_disabled")
        secret = self._new_secret()
        hashed = self._secrets.sign_in_hash("welcome", secret)
        await self._accounts.give_welcome(user.id, hashed, self._now())
        return f"{user.id}.{secret}"

    async def choose_password(self, token: str, password: str) -> User | Refused:
        """Set the password of whoever holds a welcome link; whoever knew an older one is out."""
        name, secret = split_token(token)
        held = await self._held(UserId(name), secret) if secret else None
        if held is None:
            return Refused("welcome_refused")
        hashed = await self._passwords.hash(password)
        found = await self._accounts.user(UserId(name))
        if found is None or not await self._accounts.take_welcome(found.id, *held):
            return Refused("welcome_refused")
        async with self._alone(found.clinic):
            user = await self._accounts.user(found.id)
            if user is None or user.disabled:
                return Refused("welcome_refused")
            user = replace(user, password=hashed)
            await self._accounts.save_user(user)
            await self._accounts.close_sessions(user.id)
            return user

    async def _held(self, user: UserId, secret: str) -> tuple[str, Instant] | None:
        """Read what the store holds of a welcome link, if it is this one and still good."""
        held = await self._accounts.welcome(user)
        if held is None or self._now() >= held[1]:
            return None
        mine = self._secrets.sign_in_hashes("welcome", secret)
        return held if any(hmac.compare_digest(one, held[0]) for one in mine) else None

    def _alone(self, clinic: ClinicId) -> asyncio.Lock:
        return self._changing.setdefault(clinic, asyncio.Lock())


def _administers(user: User) -> bool:
    """Whether this is an administrator who can sign in."""
    return user.role is StaffRole.ADMIN and not user.disabled and bool(user.password)


def split_token(token: str) -> tuple[str, str]:
    """Take `<id>.<secret>` apart; nothing when it has not that form."""
    if not token.isascii() or len(token) > LONGEST_TOKEN:
        return "", ""
    head, _, secret = token.partition(".")
    return (head, secret) if head and all(letter.isalnum() or letter == "-" for letter in head) else ("", "")
