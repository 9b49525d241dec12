"""Who is remembered while the store is away, and who is not."""

from __future__ import annotations

from engine.clinic import StaffRole
from engine.ids import ClinicId, UserId
from gateway.api.operators import AT_MOST, FOR_SECONDS, Operators
from gateway.auth import Caller


def caller(name: str) -> Caller:
    """Somebody who operates."""
    return Caller(UserId(name), name, StaffRole.SRE, ClinicId("c"), "")


def test_an_operator_is_known_for_a_while_and_forgotten_when_refused() -> None:
    """By what they showed, and no longer than said."""
    now = [0.0]
    operators = Operators(lambda: now[0])
    ana = caller("ana")
    operators.remember("a session", ana)
    assert operators.recall("a session") == ana
    assert operators.recall("another") is None
    now[0] = FOR_SECONDS + 1
    assert operators.recall("a session") is None
    operators.remember("a session", ana)
    operators.forget("a session")
    assert operators.recall("a session") is None


def test_only_so_many_are_remembered() -> None:
    """The oldest go first."""
    operators = Operators()
    for one in range(AT_MOST + 1):
        operators.remember(f"session {one}", caller(f"u-{one}"))
    assert operators.recall("session 0") is None
    assert operators.recall(f"session {AT_MOST}") is not None
