"""Who somebody is: staff by password and session, programs by API key, sockets by one-use tickets.

Secrets are random, 128 bits or more, and leave this process only to whom they belong; the store gets keyed
hashes. A session's cookie is `<user>.<secret>`, an API key `vk_<id>.<secret>`.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from sys import intern
from typing import Final

from actors.accounts import Accounts, ApiKey, SignInLimits, Ticket, User
from actors.secrets import Secrets
from engine.asking import ByStaff
from engine.clinic import Right, StaffRole, may
from engine.ids import ALPHABET, ClinicId, Instant, UserId
from engine.refusals import Refused
from gateway.door import KeyHolder, TicketHolder
from gateway.passwords import Passwords
from gateway.staff import LONGEST_TOKEN, Staff, split_token

SECRET_BYTES: Final = 24
KEY_PREFIX: Final = "vk_"
_PROGRAM: Final = "key-"
"""What the user id of a program begins with; the rest is its key's id."""
TICKET_MS: Final = SignInLimits().ticket
"""Milliseconds for which a socket's ticket is good."""

VISITS_READ: Final = "visits:read"
VISITS_WRITE: Final = "visits:write"
CLINIC_ADMIN: Final = "clinic:admin"
SRE: Final = "sre"
"""Sees how the nodes do, and nothing of any clinic; given by the operator only."""
DIALIN: Final = "dialin"
"""Given by the operator only: who holds it may try PINs (reliability-security.md, PINs and links)."""

BRIDGE: Final = "bridge"
"""Given by the operator only: who holds it may carry the sound of telephones (docs/protocol.md)."""

CLINIC_SCOPES: Final = frozenset({VISITS_READ, VISITS_WRITE, CLINIC_ADMIN})
"""What a clinic's own administrator may give to a key."""

_SCOPE_OF: Final = {
    Right.SEE_VISITS: VISITS_READ,
    Right.RUN_VISIT: VISITS_WRITE,
    Right.SCHEDULE: VISITS_WRITE,
    Right.INVITE: VISITS_WRITE,
    Right.SETTINGS: CLINIC_ADMIN,
    Right.STAFF: CLINIC_ADMIN,
    Right.OPERATE: SRE,
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a request comes from: a member of staff who is signed in, or a program with a clinic's API key."""

    user: UserId
    name: str
    role: StaffRole
    clinic: ClinicId
    credential: str
    """The session's hash or the key's id."""
    email: str = ""
    scopes: frozenset[str] | None = None
    """What the key is good for; None for a person."""

    @property
    def by(self) -> ByStaff:
        """The caller as visits know them."""
        return ByStaff(self.user, self.role, self.name)

    def may(self, right: Right) -> bool:
        """Whether they have this right in their own clinic."""
        if self.scopes is None:
            return may(self.role, right)
        return _SCOPE_OF.get(right) in self.scopes


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: what the cookie holds, and who it is."""

    token: str
    caller: Caller


class Auth:
    """Signs in and out, checks sessions, keys and tickets. All raise StoreDown when the store is away."""

    def __init__(
        self,
        accounts: Accounts,
        secrets: Secrets,
        passwords: Passwords,
        *,
        now: Callable[[], Instant],
        random: Callable[[int], bytes],
    ) -> None:
        self.accounts = accounts
        self._secrets = secrets
        self._passwords = passwords
        self._now = now
        self._random = random
        self.staff = Staff(accounts, secrets, passwords, now=now, new_secret=self._secret)

    # ------------------------------------------------------------ sessions

    async def sign_in(self, email: str, password: str, address: str) -> SignedIn | Refused:
        """Check a password; it takes as long for an unknown account. After five tries each is delayed."""
        account = self._hash("account", email.strip().casefold())
        place = self._hash("address", address)
        wait = await self.accounts.try_sign_in(account, place)
        if wait:
            return Refused("sign_in_slow", at=-(-wait // 1000))  # of this code `at` is in seconds
        user = await self.accounts.user_by_email(email)
        if user is not None and (user.disabled or not user.password):
            user = None  # as for somebody unknown, in time and in words
        right = await self._passwords.right(password, user.password if user else None)
        if right is None:
            return Refused("busy")
        if user is None or not right:
            return Refused("sign_in_refused")
        await self.accounts.sign_in_worked(account, place)
        return await self.open_session(user) or Refused("sign_in_refused")

    async def open_session(self, user: User) -> SignedIn | None:
        """Open a session for somebody whose identity is proven; None when they may not come in any more."""
        secret = self._secret()
        session = self._hash("session", secret)
        if user.disabled or not await self.accounts.open_session(user.id, session):
            return None
        return SignedIn(f"{user.id}.{secret}", _person(user, session))

    async def session(self, token: str) -> Caller | None:
        """Say whose session this is; using it keeps it alive."""
        user, secret = split_token(token)
        if not secret:
            return None
        session = self._hash("session", secret)
        found = await self.accounts.session(UserId(user), session)
        return _person(found, session) if found else None

    async def sign_out(self, caller: Caller) -> None:
        """End the caller's session; its sockets are cut."""
        await self.accounts.close_session(caller.user, caller.credential)

    # ------------------------------------------------------------ API keys

    async def add_key(
        self, clinic: ClinicId, name: str, scopes: frozenset[str], secret: str = ""
    ) -> tuple[ApiKey, str]:
        """Make a key; its text is shown this once. With a `secret` given, the same key again."""
        text = secret or self._secret()
        key_id = _id_of(self._hash("key id", text)) if secret else self.new_id()
        key = ApiKey(
            id=key_id,
            secret_hash=self._hash("key", text),
            name=name,
            clinic=clinic,
            scopes=tuple(sorted(scopes)),
            created_at=self._now(),
        )
        await self.accounts.add_api_key(key)
        return key, f"{KEY_PREFIX}{key_id}.{text}"

    async def key(self, text: str) -> Caller | None:
        """Say which program this key belongs to."""
        key = await self._key(text)
        if key is None:
            return None
        role = StaffRole.COORDINATOR if VISITS_WRITE in key.scopes else StaffRole.READER
        user = UserId(f"{_PROGRAM}{key.id}")
        return Caller(user, key.name, role, key.clinic, key.id, scopes=frozenset(key.scopes))

    async def check_dialin_key(self, key: str) -> KeyHolder | None:
        """Check an API key for the scope `dialin`."""
        found = await self._key(key)
        return KeyHolder(found.id, found.id) if found and DIALIN in found.scopes else None

    async def check_bridge_key(self, key: str) -> KeyHolder | None:
        """Check a bridge's key: one of the scope `bridge`, or the one that a node gives to its own bridge."""
        if hmac.compare_digest(key.encode(), self.bridge_key.encode()):
            return KeyHolder("bridge", "bridge")
        found = await self._key(key)
        return KeyHolder(found.id, found.id) if found and BRIDGE in found.scopes else None

    @property
    def bridge_key(self) -> str:
        """The key of the bridge that a node starts itself; handed over by a pipe."""
        return self.derived("own bridge")

    async def _key(self, text: str) -> ApiKey | None:
        key_id, secret = split_token(text.removeprefix(KEY_PREFIX))
        if not secret or not text.startswith(KEY_PREFIX):
            return None
        for hashed in self._secrets.sign_in_hashes("key", secret):
            if (found := await self.accounts.api_key(key_id, hashed)) is not None:
                return found
        return None

    # ------------------------------------------------------------ tickets

    async def give_ticket(self, caller: Caller, visit: str = "") -> str:
        """Make a ticket for a socket of the caller's: 30 s, one use. The rights were checked before."""
        return await self._ticket(caller, visit)

    async def renew_ticket(self, holder: TicketHolder) -> str:
        """Make a ticket for the same socket as one that was just redeemed, at a node that sends it on."""
        return await self._ticket(holder, holder.visit or "")

    async def _ticket(self, whose: Caller | TicketHolder, visit: str) -> str:
        ticket = self._secret()
        holds = Ticket(
            user=whose.user,
            name=whose.name,
            role=whose.role,
            clinic=ClinicId(whose.clinic),
            credential=whose.credential,
            visit=visit,
            until=self._now() + TICKET_MS,
        )
        await self.accounts.give_ticket(self._hash("ticket", ticket), holds)
        return ticket

    async def redeem_ticket(self, ticket: str) -> TicketHolder | None:
        """Use a ticket up; None when it is unknown, used or too old, or when its session is over by now."""
        if not 0 < len(ticket) <= LONGEST_TOKEN:
            return None
        found = await self.accounts.take_ticket(self._hash("ticket", ticket))
        if found is None or self._now() >= found.until or not await self._stands(found):
            return None
        return TicketHolder(  # of one person there are many, whose texts are the same
            UserId(intern(found.user)),
            found.role,
            intern(found.name),
            found.clinic,
            found.visit or None,
            intern(found.credential),
        )

    async def _stands(self, ticket: Ticket) -> bool:
        """Whether what a ticket was given for is still good."""
        if ticket.user.startswith(_PROGRAM):
            return await self._has_key(ticket.clinic, ticket.credential)
        return await self.accounts.session(ticket.user, ticket.credential) is not None

    async def stands(self, user: UserId, clinic: ClinicId, credential: str) -> bool:
        """Whether the session or key that somebody's seat stands on was not ended."""
        if user.startswith(_PROGRAM):
            return await self._has_key(clinic, credential)
        return await self.accounts.session_stands(user, credential)

    async def _has_key(self, clinic: ClinicId, key_id: str) -> bool:
        return any(key.id == key_id for key in await self.accounts.api_keys(clinic))

    # ------------------------------------------------------------ in itself

    def derived(self, purpose: str) -> str:
        """Derive a secret for a purpose from the pepper: the same after every start."""
        return self._hash("derived", purpose)

    def new_id(self) -> str:
        """Draw a random id of 12 letters, 60 bits."""
        return "".join(ALPHABET[byte & 31] for byte in self._random(12))

    def _secret(self) -> str:
        return base64.urlsafe_b64encode(self._random(SECRET_BYTES)).rstrip(b"=").decode()

    def _hash(self, kind: str, value: str) -> str:
        return self._secrets.sign_in_hash(kind, value)


def _person(user: User, session: str) -> Caller:
    return Caller(user.id, user.name, user.role, user.clinic, session, user.email)


def _id_of(hashed: str) -> str:
    return "".join(ALPHABET[ord(letter) & 31] for letter in hashed[:12])
