"""REST as a browser or a program speaks it to a test's node."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx

from actors.accounts import User
from engine.clinic import StaffRole
from engine.ids import UserId
from gateway.api.callers import COOKIE
from gateway.passwords import LIGHT, Passwords
from tests.support.node import House

ASK_SECONDS: Final = 30.0
PASSWORD: Final = "open-sesame"


class Browser:
    """Somebody's browser: it keeps cookies, and sends with each change what our own page would."""

    def __init__(self, here: House, **headers: str) -> None:
        # no proxy of the machine's, and no redirect that a test did not ask for
        self.http = httpx.AsyncClient(
            base_url=here.url, headers=headers, trust_env=False, timeout=ASK_SECONDS, follow_redirects=False
        )

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """Call REST; what is not a GET says that it comes from our page."""
        ours = {} if method == "GET" or "Authorization" in self.http.headers else {"X-Vestibule": "1"}
        given = {} if body is None else {"json": body}
        return await self.http.request(method, f"/api/v1{path}", headers=ours | headers, **given)  # type: ignore[arg-type]

    async def get(self, path: str) -> Any:
        """Read what must be there."""
        answer = await self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: object = None, *, status: int = 200, op: str = "") -> Any:
        """Change what must be allowed, as the operation `op` if one is named."""
        headers = {"Idempotency-Key": op} if op else {}
        answer = await self.ask("POST", path, {} if body is None else body, **headers)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None


@asynccontextmanager
async def browser(here: House, **headers: str) -> AsyncIterator[Browser]:
    """Open a browser that nobody is signed in to."""
    one = Browser(here, **headers)
    try:
        yield one
    finally:
        await one.http.aclose()


async def employ(here: House, role: StaffRole = StaffRole.PROVIDER) -> User:
    """Add a member of the clinic's staff who can sign in."""
    passwords = Passwords(at_once=1, cost=LIGHT)
    hashed = await passwords.hash(PASSWORD)
    passwords.close()
    user = User(
        id=UserId(f"{here.clinic}-{role.value}"),
        email=f"{role.value}@{here.clinic}.example",
        name=f"The {role.value}",
        role=role,
        clinic=here.clinic,
        password=hashed,
    )
    assert await here.node.auth.accounts.add_user(user)
    return user


@asynccontextmanager
async def signed_in(here: House, role: StaffRole = StaffRole.PROVIDER) -> AsyncIterator[Browser]:
    """Open a browser with a member of staff signed in; not by password, for one address may not try that as
    often as all tests of a worker would.
    """
    signed = await here.node.auth.open_session(await employ(here, role))
    assert signed is not None
    async with browser(here) as one:
        one.http.cookies.set(COOKIE, signed.token)
        yield one


@asynccontextmanager
async def program(here: House, *scopes: str) -> AsyncIterator[Browser]:
    """Open a client with an API key."""
    _, key = await here.node.auth.add_key(here.clinic, "a program", frozenset(scopes))
    async with browser(here, Authorization=f"Bearer {key}") as one:
        yield one


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Give a refusal's status and code; every one has a sentence too."""
    body = answer.json()
    assert body["message"]
    return answer.status_code, body["code"]
