"""What the store promises about sign-in, on every kind of server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actors.accounts import Accounts, ApiKey, SignInLimits, Ticket, User
from actors.store.servers import Servers
from actors.store.shards import RedisShards
from engine.clinic import StaffRole
from engine.ids import ClinicId, UserId
from tests.real.store.servers import Server
from tests.real.store.visits import renew

CLINIC = ClinicId("riverside")
ANA = User(
    id=UserId("ana"),
    email="Ana.Lopez@riverside.example",
    name="Ana Lopez",
    role=StaffRole.PROVIDER,
    clinic=CLINIC,
    password="$argon2id$...",
)
BEN = replace(ANA, id=UserId("ben"), email="ben@riverside.example", name="Ben", role=StaffRole.ADMIN)
KEY = ApiKey(id="k1", secret_hash="s1", name="EHR", clinic=CLINIC, scopes=("visits:read",), created_at=1)
TICKET = Ticket(user=ANA.id, name=ANA.name, role=ANA.role, clinic=CLINIC, credential="session-1")


@pytest.fixture
def accounts(servers: Servers) -> Accounts:
    """Accounts, with the product's own limits."""
    return Accounts(servers)


async def revoked(shards: RedisShards) -> tuple[str, ...]:
    """What a node hears with its next renewal."""
    return (await renew(shards, "node-1", "ana")).revoked


class TestUsers:
    """Who may sign in."""

    async def test_a_user_is_found_by_email_in_any_case(self, accounts: Accounts) -> None:
        """Upper case, lower case and spaces around do not matter."""
        assert await accounts.add_user(ANA)
        assert await accounts.user_by_email(" ana.lopez@RIVERSIDE.example ") == ANA
        assert await accounts.user(ANA.id) == ANA
        assert await accounts.user_by_email("nobody@riverside.example") is None

    async def test_an_email_address_is_one_persons(self, accounts: Accounts) -> None:
        """A second user with the same address is refused; the same user may be added again."""
        await accounts.add_user(ANA)
        assert not await accounts.add_user(replace(BEN, email=ANA.email.upper()))
        assert await accounts.user(BEN.id) is None
        assert await accounts.add_user(ANA)

    async def test_a_clinics_staff_is_listed_by_name(self, accounts: Accounts) -> None:
        """Only its own, with changes as saved, without who was removed."""
        other = replace(BEN, id=UserId("cleo"), email="cleo@other.example", clinic=ClinicId("other"))
        for user in (BEN, ANA, other):
            await accounts.add_user(user)
        await accounts.save_user(replace(BEN, name="Aaron"))
        assert [user.name for user in await accounts.staff(CLINIC)] == ["Aaron", "Ana Lopez"]
        await accounts.remove_user(BEN)
        assert await accounts.staff(CLINIC) == [ANA]
        assert await accounts.add_user(replace(BEN, id=UserId("ben-2")))

    def test_a_password_hash_is_not_shown(self) -> None:
        """A user in a log line or a traceback shows no hash."""
        assert "argon2" not in repr(ANA)


class TestSessions:
    """Who has signed in, and who is cut."""

    async def test_a_session_says_who_it_is(self, accounts: Accounts) -> None:
        """Changes of the user show at once; sessions of others and of nobody are none."""
        await accounts.add_user(ANA)
        assert await accounts.open_session(ANA.id, "s1")
        await accounts.save_user(replace(ANA, role=StaffRole.COORDINATOR))
        assert await accounts.session(ANA.id, "s1") == replace(ANA, role=StaffRole.COORDINATOR)
        assert await accounts.session(ANA.id, "s2") is None
        assert await accounts.session(BEN.id, "s1") is None
        assert not await accounts.open_session(BEN.id, "s3")

    async def test_a_closed_session_is_told_to_the_nodes_once(
        self, accounts: Accounts, shards: RedisShards
    ) -> None:
        """Revoking is heard by the next renewal, and not again by the one after."""
        await accounts.add_user(ANA)
        await accounts.open_session(ANA.id, "s1")
        await accounts.open_session(ANA.id, "s2")
        await accounts.close_session(ANA.id, "s1")
        assert await accounts.session(ANA.id, "s1") is None
        assert await accounts.session(ANA.id, "s2") == ANA
        assert await revoked(shards) == ("s1",)
        assert await revoked(shards) == ()

    async def test_a_session_stands_until_it_is_ended_however_idle(self, servers: Servers) -> None:
        """Who sits in a call asks nothing else; ended, of another, or of somebody removed is none."""
        accounts = Accounts(servers, SignInLimits(session_idle=0))
        await accounts.add_user(ANA)
        await accounts.open_session(ANA.id, "s1")
        assert await accounts.session_stands(ANA.id, "s1")
        assert not await accounts.session_stands(BEN.id, "s1")
        await accounts.close_session(ANA.id, "s1")
        assert not await accounts.session_stands(ANA.id, "s1")
        await accounts.open_session(ANA.id, "s2")
        await accounts.remove_user(ANA)
        assert not await accounts.session_stands(ANA.id, "s2")

    async def test_all_sessions_of_a_user_close_together(
        self, accounts: Accounts, shards: RedisShards
    ) -> None:
        """Also when the user is removed."""
        await accounts.add_user(ANA)
        for session in ("s1", "s2"):
            await accounts.open_session(ANA.id, session)
        assert await accounts.close_sessions(ANA.id) == 2
        assert sorted(await revoked(shards)) == ["s1", "s2"]
        await accounts.open_session(ANA.id, "s3")
        await accounts.remove_user(ANA)
        assert await revoked(shards) == ("s3",)
        assert await accounts.session(ANA.id, "s3") is None

    async def test_a_revocation_that_was_not_told_is_told_later(
        self, accounts: Accounts, shards: RedisShards, server: Server
    ) -> None:
        """A node that died between closing and telling leaves a note; the next closing tells it."""
        await accounts.add_user(ANA)
        await server.ask("SADD", "{u:ana}:closing", "s0")
        await accounts.close_sessions(ANA.id)
        assert await revoked(shards) == ("s0",)

    async def test_an_idle_session_ends(self, servers: Servers) -> None:
        """Idle means not used for that long; nothing is due by the caller."""
        accounts = Accounts(servers, SignInLimits(session_idle=0))
        await accounts.add_user(ANA)
        await accounts.open_session(ANA.id, "s1")
        assert await accounts.session(ANA.id, "s1") is None

    async def test_a_session_ends_however_much_it_is_used(self, servers: Servers) -> None:
        """Sliding has an end."""
        accounts = Accounts(servers, SignInLimits(session_longest=1, sessions=5))
        await accounts.add_user(ANA)
        await accounts.open_session(ANA.id, "s1")
        while await accounts.session(ANA.id, "s1") is not None:
            pass

    async def test_using_a_session_keeps_it_alive(self, accounts: Accounts, server: Server) -> None:
        """The time it was last seen moves, though not with each use."""
        await accounts.add_user(ANA)
        await accounts.open_session(ANA.id, "s1")
        opened = (await server.ask("HGET", "{u:ana}:sessions", "s1")).split()[0]
        seen = int(opened) - 1_000_000
        await server.ask("HSET", "{u:ana}:sessions", "s1", f"{seen} {seen}")
        assert await accounts.session(ANA.id, "s1") == ANA
        first, last = (await server.ask("HGET", "{u:ana}:sessions", "s1")).split()
        assert int(first) == seen
        assert int(last) >= int(opened)

    async def test_a_user_has_so_many_sessions_and_no_more(self, servers: Servers) -> None:
        """The one not used for longest makes room."""
        accounts = Accounts(servers, SignInLimits(sessions=2))
        await accounts.add_user(ANA)
        for session in ("s1", "s2", "s3"):
            await accounts.open_session(ANA.id, session)
        open_ = [session for session in ("s1", "s2", "s3") if await accounts.session(ANA.id, session)]
        assert len(open_) == 2
        assert "s3" in open_


class TestApiKeys:
    """Programs."""

    async def test_a_key_works_with_its_secret_only(self, accounts: Accounts) -> None:
        """Its id alone is no credential."""
        await accounts.add_api_key(KEY)
        assert await accounts.api_key("k1", "s1") == KEY
        assert await accounts.api_key("k1", "guess") is None
        assert await accounts.api_key("k2", "s1") is None

    async def test_a_removed_key_is_gone_and_its_sockets_are_cut(
        self, accounts: Accounts, shards: RedisShards
    ) -> None:
        """Only by its own clinic."""
        await accounts.add_api_key(KEY)
        later = replace(KEY, id="k2", created_at=2)
        await accounts.add_api_key(later)
        assert await accounts.api_keys(CLINIC) == [KEY, later]
        assert not await accounts.remove_api_key(ClinicId("other"), "k1")
        assert await accounts.remove_api_key(CLINIC, "k1")
        assert await accounts.api_key("k1", "s1") is None
        assert await accounts.api_keys(CLINIC) == [later]
        assert await revoked(shards) == ("k1",)


class TestTickets:
    """One use, 30 seconds."""

    async def test_a_ticket_is_taken_once(self, accounts: Accounts) -> None:
        """A replayed ticket opens nothing."""
        await accounts.give_ticket("t1", TICKET)
        assert await accounts.take_ticket("t1") == TICKET
        assert await accounts.take_ticket("t1") is None
        assert await accounts.take_ticket("t2") is None

    async def test_a_ticket_lives_for_30_seconds(self, accounts: Accounts, server: Server) -> None:
        """By the store's own clock."""
        await accounts.give_ticket("t1", TICKET)
        assert 25_000 < await server.ask("PTTL", "{t:t1}:ticket") <= 30_000


class TestTries:
    """Guessing passwords is slowed by account and by address."""

    async def test_five_tries_are_free_and_then_they_wait_longer_and_longer(self, accounts: Accounts) -> None:
        """The wait is told and holds for every try meanwhile, also for the right password."""
        waits = [await accounts.try_sign_in("account", f"address{at}") for at in range(7)]
        assert waits[:5] == [0] * 5
        assert all(0 < wait <= 1000 for wait in waits[5:])

    async def test_each_further_try_doubles_the_wait_up_to_the_longest(self, servers: Servers) -> None:
        """1, 2, 4 ... of the first delay."""
        accounts = Accounts(servers, SignInLimits(tries=1, first_delay=1, longest_delay=200))
        longest = 0
        while longest <= 128:  # a try that waits is not counted, so this takes a quarter of a second
            longest = max(longest, await accounts.try_sign_in("account", "address"))
        assert longest <= 200

    async def test_an_address_that_tries_many_accounts_waits_as_well(self, accounts: Accounts) -> None:
        """Guessing one password on many accounts is slowed by where it comes from."""
        waits = [await accounts.try_sign_in(f"account{at}", "address") for at in range(22)]
        assert waits[:20] == [0] * 20
        assert min(waits[20:]) > 0

    async def test_a_right_password_forgets_the_accounts_tries(self, accounts: Accounts) -> None:
        """And does not count against the address a whole clinic signs in from."""
        for _ in range(30):
            assert await accounts.try_sign_in("account", "address") == 0
            await accounts.sign_in_worked("account", "address")


class TestWelcomeLinks:
    """Links by which somebody new chooses a password."""

    async def test_a_link_is_taken_once(self, accounts: Accounts) -> None:
        """By whoever comes first, and only as it was read."""
        await accounts.add_user(ANA)
        await accounts.give_welcome(ANA.id, "w1", 1_000)
        held = await accounts.welcome(ANA.id)
        assert held == ("w1", 1_000 + SignInLimits().welcome)
        assert not await accounts.take_welcome(ANA.id, "w2", held[1])
        assert not await accounts.take_welcome(BEN.id, *held)
        assert await accounts.take_welcome(ANA.id, *held)
        assert not await accounts.take_welcome(ANA.id, *held)
        assert await accounts.welcome(ANA.id) is None

    async def test_a_new_link_takes_the_place_of_the_one_before(self, accounts: Accounts) -> None:
        """One that was withdrawn, or whose holder was removed, is none."""
        await accounts.add_user(ANA)
        await accounts.give_welcome(ANA.id, "w1", 0)
        await accounts.give_welcome(ANA.id, "w2", 0)
        assert not await accounts.take_welcome(ANA.id, "w1", SignInLimits().welcome)
        await accounts.withdraw_welcome(ANA.id)
        assert await accounts.welcome(ANA.id) is None
        await accounts.give_welcome(ANA.id, "w3", 0)
        await accounts.remove_user(ANA)
        assert await accounts.welcome(ANA.id) is None

    async def test_who_is_disabled_has_no_session_though_one_is_open(self, accounts: Accounts) -> None:
        """Also one that was opened in the very moment; enabled again, it is what it was."""
        await accounts.add_user(ANA)
        await accounts.open_session(ANA.id, "s1")
        await accounts.save_user(replace(ANA, disabled=True))
        assert await accounts.session(ANA.id, "s1") is None
        assert not await accounts.session_stands(ANA.id, "s1")
        await accounts.save_user(ANA)
        assert await accounts.session(ANA.id, "s1") == ANA
