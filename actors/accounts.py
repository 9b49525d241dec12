"""Sign-in, as the store keeps it: users, sessions, API keys, one-use tickets, and tries to sign in.

Secrets never come here: a session, a key's secret and a ticket are random, the caller keeps them and
gives their keyed hash (`Secrets.sign_in_hash`); of a password the caller gives argon2's hash. Each
record has a hash tag of its own:

    {u:<user>}:user            the user's record
    {u:<user>}:sessions        hash session -> opened, last seen (ms)
    {u:<user>}:closing         sessions of which the nodes are still to be told
    {u:<user>}:welcome         hash of the welcome link that is out, and until when; lapses, used once
    {e:<e-mail>}:user          whose e-mail address it is
    {c:<clinic>}:staff, :keys  sets of ids
    {k:<key id>}:key           an API key's record
    {t:<ticket>}:ticket        lapses, read once
    {a:<hash>}:attempts        tries to sign in
    {revoked}:feed             whose sockets to cut; `ShardStore.renew` reads it

Every call raises StoreDown when the store is away.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from actors.store.reading import integer, items, optional, string, text
from actors.store.scripts import Script, command
from actors.store.servers import Servers
from actors.store.shards import FEED
from engine.clinic import StaffRole
from engine.ids import ClinicId, Instant, UserId

MINUTE: Final = 60_000

_SESSION_OPEN: Final = Script("session_open")
_SESSION_USE: Final = Script("session_use")
_SESSION_CLOSE: Final = Script("session_close")
_REVOKE: Final = Script("revoke")
_WELCOME_TAKE: Final = Script("welcome_take")
_ATTEMPT: Final = Script("attempt")
_ATTEMPT_WORKED: Final = Script("attempt_worked")


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A member of a clinic's staff. `password`: argon2's hash, "" until they chose one. `email`: as they
    write it. `disabled`: is let in nowhere, whatever they hold.
    """

    id: UserId
    email: str
    name: str
    role: StaffRole
    clinic: ClinicId
    password: str = field(repr=False)
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A program's key. `secret_hash`: the keyed hash of its secret part; the id is what its sockets are
    known by.
    """

    id: str
    secret_hash: str = field(repr=False)
    name: str
    clinic: ClinicId
    scopes: tuple[str, ...]
    created_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a one-use ticket lets its bearer open: a socket as this member of staff, on one visit or on the
    dashboard.

    `credential`: the session's hash or the key's id that it was given for.
    """

    user: UserId
    name: str
    role: StaffRole
    clinic: ClinicId
    credential: str
    visit: str = ""
    until: Instant = 0
    """When it is too old, by the one clock: the store forgets it by its own, which may be set back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLimits:
    """How long things last and how often one may try; milliseconds."""

    session_idle: int = 60 * MINUTE
    session_longest: int = 12 * 60 * MINUTE
    sessions: int = 20
    """Sessions that one user may have; opening one more closes the oldest."""
    ticket: int = 30_000
    welcome: int = 72 * 60 * MINUTE
    """For how long a welcome link is good."""
    tries: int = 5
    tries_by_address: int = 20
    """More than of an account: a whole clinic may come from one address."""
    first_delay: int = 1_000
    longest_delay: int = 5 * MINUTE
    tries_forgotten: int = 30 * MINUTE


_user = msgspec.json.Decoder(User)
_api_key = msgspec.json.Decoder(ApiKey)
_ticket = msgspec.json.Decoder(Ticket)


class Accounts:
    """Who may sign in, and who has."""

    def __init__(self, servers: Servers, limits: SignInLimits | None = None) -> None:
        self._servers = servers
        self._limits = limits or SignInLimits()

    # ------------------------------------------------------------ users

    async def add_user(self, user: User) -> bool:
        """Add a user; False when the e-mail address is somebody else's. The same user may be added again."""
        email = _email_key(user.email)
        await self._servers.ask(command(b"SET", email, user.id, b"NX"))
        if text(await self._servers.ask(command(b"GET", email))) != user.id:
            return False
        await self.save_user(user)
        return True

    async def save_user(self, user: User) -> None:
        """Write a user's record anew: name, role, password. The e-mail address stays."""
        await self._servers.ask(command(b"SET", _tagged(b"u", user.id, b"user"), msgspec.json.encode(user)))
        await self._servers.ask(command(b"SADD", _tagged(b"c", user.clinic, b"staff"), user.id))

    async def remove_user(self, user: User) -> None:
        """Remove a user and cut their sockets."""
        await self._servers.ask(command(b"SREM", _tagged(b"c", user.clinic, b"staff"), user.id))
        await self._servers.ask(command(b"DEL", _email_key(user.email)))
        await self._servers.ask(command(b"DEL", _tagged(b"u", user.id, b"user")))
        await self.withdraw_welcome(user.id)
        await self.close_sessions(user.id)

    async def user(self, user: UserId) -> User | None:
        """Read a user."""
        record = optional(await self._servers.ask(command(b"GET", _tagged(b"u", user, b"user"))))
        return None if record is None else _user.decode(record)

    async def user_by_email(self, email: str) -> User | None:
        """Find who has this e-mail address; upper and lower case are the same."""
        user = optional(await self._servers.ask(command(b"GET", _email_key(email))))
        return None if user is None else await self.user(UserId(user.decode()))

    async def staff(self, clinic: ClinicId) -> list[User]:
        """A clinic's staff, by name."""
        records = await self._records(clinic, b"staff", b"u", b"user")
        return sorted((_user.decode(record) for record in records), key=lambda user: user.name)

    # ------------------------------------------------------------ welcome links

    async def give_welcome(self, user: UserId, welcome: str, now: Instant) -> None:
        """Keep a welcome link's hash for 72 hours; one that was out before is good no more."""
        held = f"{welcome} {now + self._limits.welcome}"
        key = _tagged(b"u", user, b"welcome")
        await self._servers.ask(command(b"SET", key, held, b"PX", self._limits.welcome))

    async def welcome(self, user: UserId) -> tuple[str, Instant] | None:
        """The hash of a user's welcome link, and until when it is good, by the one clock."""
        held = optional(await self._servers.ask(command(b"GET", _tagged(b"u", user, b"welcome"))))
        welcome, _, until = held.decode().partition(" ") if held else ("", "", "")
        return (welcome, int(until)) if welcome else None

    async def take_welcome(self, user: UserId, welcome: str, until: Instant) -> bool:
        """Use a welcome link up as it was read; False for whoever comes second."""
        call = _WELCOME_TAKE.call((_tagged(b"u", user, b"welcome"),), f"{welcome} {until}")
        return integer(await self._servers.ask(call)) == 1

    async def withdraw_welcome(self, user: UserId) -> None:
        """A welcome link that is out is good no more."""
        await self._servers.ask(command(b"DEL", _tagged(b"u", user, b"welcome")))

    # ------------------------------------------------------------ sessions

    async def open_session(self, user: UserId, session: str) -> bool:
        """Open a session under its hash; False when there is no such user."""
        limits = self._limits
        call = _SESSION_OPEN.call(
            _session_keys(user), session, limits.session_idle, limits.session_longest, limits.sessions
        )
        return integer(await self._servers.ask(call)) == 1

    async def session(self, user: UserId, session: str) -> User | None:
        """Whose session this is, if it is not over and they are not disabled; using it keeps it alive."""
        limits = self._limits
        call = _SESSION_USE.call(_session_keys(user), session, limits.session_idle, limits.session_longest)
        return _let_in(optional(await self._servers.ask(call)))

    async def session_stands(self, user: UserId, session: str) -> bool:
        """Whether nobody has ended this session. An idle one stands: a call uses a seat, not a session."""
        known, there = await self._servers.ask_all(
            (
                command(b"GET", _tagged(b"u", user, b"user")),
                command(b"HEXISTS", _tagged(b"u", user, b"sessions"), session),
            )
        )
        return _let_in(optional(known)) is not None and integer(there) == 1

    async def close_session(self, user: UserId, session: str) -> None:
        """End one session; every node cuts its sockets with its next renewal."""
        await self._close(user, session)

    async def close_sessions(self, user: UserId) -> int:
        """End all sessions of a user, and say how many."""
        return await self._close(user, "")

    async def _close(self, user: UserId, which: str) -> int:
        sessions, closing = _tagged(b"u", user, b"sessions"), _tagged(b"u", user, b"closing")
        closed = [
            string(one)
            for one in items(await self._servers.ask(_SESSION_CLOSE.call((sessions, closing), which)))
        ]
        if closed:
            await self._servers.ask(_REVOKE.call((FEED,), *closed))
            await self._servers.ask(command(b"SREM", closing, *closed))
        return len(closed)

    # ------------------------------------------------------------ API keys

    async def add_api_key(self, key: ApiKey) -> None:
        """Add an API key."""
        await self._servers.ask(command(b"SADD", _tagged(b"c", key.clinic, b"keys"), key.id))
        await self._servers.ask(command(b"SET", _tagged(b"k", key.id, b"key"), msgspec.json.encode(key)))

    async def api_key(self, key_id: str, secret_hash: str) -> ApiKey | None:
        """Give the key if its secret has this hash."""
        record = optional(await self._servers.ask(command(b"GET", _tagged(b"k", key_id, b"key"))))
        key = None if record is None else _api_key.decode(record)
        return key if key is not None and hmac.compare_digest(key.secret_hash, secret_hash) else None

    async def api_keys(self, clinic: ClinicId) -> list[ApiKey]:
        """A clinic's keys, oldest first."""
        records = await self._records(clinic, b"keys", b"k", b"key")
        return sorted((_api_key.decode(record) for record in records), key=lambda key: key.created_at)

    async def remove_api_key(self, clinic: ClinicId, key_id: str) -> bool:
        """Remove a clinic's key and cut its sockets; False when it is not this clinic's."""
        index = _tagged(b"c", clinic, b"keys")
        if integer(await self._servers.ask(command(b"SISMEMBER", index, key_id))) == 0:
            return False
        await self._servers.ask(command(b"DEL", _tagged(b"k", key_id, b"key")))
        await self._servers.ask(_REVOKE.call((FEED,), key_id))
        await self._servers.ask(command(b"SREM", index, key_id))  # last, so that a failure can be tried again
        return True

    # ------------------------------------------------------------ tickets

    async def give_ticket(self, ticket_hash: str, ticket: Ticket) -> None:
        """Keep a ticket for its short life."""
        key = _tagged(b"t", ticket_hash, b"ticket")
        await self._servers.ask(
            command(b"SET", key, msgspec.json.encode(ticket), b"PX", self._limits.ticket, b"NX")
        )

    async def take_ticket(self, ticket_hash: str) -> Ticket | None:
        """Take a ticket: whoever comes second gets None, and so does who comes late."""
        record = optional(await self._servers.ask(command(b"GETDEL", _tagged(b"t", ticket_hash, b"ticket"))))
        return None if record is None else _ticket.decode(record)

    # ------------------------------------------------------------ tries to sign in

    async def try_sign_in(self, account: str, address: str) -> int:
        """Count a try before the password is looked at, by the hashes of account and address.

        Gives 0 to go on, or for how many milliseconds this try must not even be looked at.
        """
        limits = self._limits
        rest = (limits.first_delay, limits.longest_delay, limits.tries_forgotten)
        waits = await self._servers.ask_all(
            [
                _ATTEMPT.call((_tagged(b"a", account, b"attempts"),), limits.tries, *rest),
                _ATTEMPT.call((_tagged(b"a", address, b"attempts"),), limits.tries_by_address, *rest),
            ]
        )
        return max(map(integer, waits))

    async def sign_in_worked(self, account: str, address: str) -> None:
        """The password was right: the account's tries are forgotten, the address's by one."""
        await self._servers.ask_all(
            [
                _ATTEMPT_WORKED.call((_tagged(b"a", account, b"attempts"),), 1),
                _ATTEMPT_WORKED.call((_tagged(b"a", address, b"attempts"),), 0),
            ]
        )

    async def _records(self, clinic: ClinicId, index: bytes, tag: bytes, name: bytes) -> Sequence[bytes]:
        ids = items(await self._servers.ask(command(b"SMEMBERS", _tagged(b"c", clinic, index))))
        calls = [command(b"GET", _tagged(tag, text(one), name)) for one in ids]
        return [record for record in map(optional, await self._servers.ask_all(calls)) if record is not None]


def _let_in(record: bytes | None) -> User | None:
    """Read a user who may be let in."""
    user = None if record is None else _user.decode(record)
    return None if user is None or user.disabled else user


def _tagged(kind: bytes, of: str, name: bytes) -> bytes:
    return b"{%b:%b}:%b" % (kind, of.encode(), name)


def _email_key(email: str) -> bytes:
    return _tagged(b"e", email.strip().casefold(), b"user")


def _session_keys(user: UserId) -> tuple[bytes, bytes]:
    return _tagged(b"u", user, b"user"), _tagged(b"u", user, b"sessions")
