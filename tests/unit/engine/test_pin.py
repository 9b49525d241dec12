"""PINs: what a typo is, what a guess is, and that guessing stays below one in a million a day."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.pin import (
    CALLER_COUNTED,
    CALLER_LIMIT,
    LENGTH,
    Verdict,
    check_digit,
    check_digit_ok,
    guess_bound,
    judge,
    shown,
    strict_limit,
    typed,
    with_check_digit,
)

digits = st.text("0123456789", min_size=9, max_size=9)
A_MILLIONTH = 1e-6


def test_the_check_digit_is_damms() -> None:
    """The published example of Damm's algorithm, 572, gets the check digit 4."""
    assert check_digit("572") == "4"
    assert check_digit("") == "0"


@given(digits, st.integers(0, 9), st.integers(1, 9))
def test_every_single_wrong_digit_is_noticed(nine: str, place: int, off: int) -> None:
    """A PIN with any one digit mistyped is told from a guess: its check digit is wrong."""
    pin = with_check_digit(nine)
    wrong = str((int(pin[place]) + off) % 10)
    assert check_digit_ok(pin)
    assert not check_digit_ok(pin[:place] + wrong + pin[place + 1 :])


@given(digits, st.integers(0, 8))
def test_every_swap_of_neighbours_is_noticed(nine: str, place: int) -> None:
    """A PIN with two neighbouring digits swapped is told from a guess as well."""
    pin = with_check_digit(nine)
    swapped = pin[:place] + pin[place + 1] + pin[place] + pin[place + 2 :]
    assert check_digit_ok(swapped) == (swapped == pin)


@pytest.mark.parametrize("text", ["", "1", "12345678901", "12345678a0", "１２３４５６７８９０", " 123456789"])  # noqa: RUF001  (full-width digits)
def test_only_ten_ascii_digits_are_a_pin(text: str) -> None:
    """Anything else than ten digits of ASCII has no right check digit."""
    assert len(text) == LENGTH or len(text) != 10
    assert not check_digit_ok(text)


def test_a_pin_is_shown_and_spoken_in_three_groups() -> None:
    """People read and hear PINs as 3-3-4 (D4)."""
    assert shown("1234567890") == "123 456 7890"


@pytest.mark.parametrize(
    ("keys", "meant"),
    [
        ("1234567890", "1234567890"),
        ("1234567890#", "1234567890"),
        ("99*123", "123"),
        ("1*2*3#", "3"),
        ("12 34-5", "12345"),
    ],
)
def test_star_starts_over_and_hash_is_optional(keys: str, meant: str) -> None:
    """A caller who mistyped presses `*` and starts over; `#` may end the PIN, or not (D4)."""
    assert typed(keys) == meant


@pytest.mark.parametrize(
    ("known", "limit"), [(0, 1000), (1, 1000), (100, 10), (1000, 1), (1001, 0), (10_000, 0)]
)
def test_the_more_pins_are_known_the_fewer_guesses_a_space_bears(known: int, limit: int) -> None:
    """L is floor(1e-6 * 10^9 / N); with more than a thousand PINs of nine digits the space is strict from the
    start.
    """
    assert strict_limit(known) == limit
    assert guess_bound(10**9, known) <= A_MILLIONTH


def test_a_caller_with_three_guesses_is_strict_and_with_four_counts_no_more() -> None:
    """One attacker costs the others at most four of the day's guesses; the fourth already waits."""
    assert judge(space=0, caller=CALLER_LIMIT - 1, known=1) == Verdict(strict=False, counts=True)
    assert judge(space=0, caller=CALLER_LIMIT, known=1) == Verdict(strict=True, counts=True)
    assert judge(space=0, caller=CALLER_COUNTED, known=1) == Verdict(strict=True, counts=False)


@dataclass
class Space:
    """A dial-in number's counters of one day, as the store keeps them."""

    counted: int = 0
    most_known: int = 0

    def __post_init__(self) -> None:
        self.callers: dict[int, int] = {}
        self.direct_hits_expected = 0.0

    def guess(self, caller: int, known: int) -> None:
        """One wrong guess with a right check digit: add the chance that it would have got somebody in
        directly, from this number or, because its PIN would not have been marked, from another.
        """
        self.most_known = max(self.most_known, known)
        verdict = judge(self.counted, self.callers.get(caller, 0), self.most_known)
        if not verdict.strict or verdict.counts:
            self.direct_hits_expected += known / 10**9
        if verdict.counts:
            self.counted += 1
            self.callers[caller] = self.callers.get(caller, 0) + 1


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 1200), st.integers(1, 40)), max_size=40))
def test_guessing_never_gets_in_directly_above_the_bound(attack: list[tuple[int, int, int]]) -> None:
    """However many callers guess, in whatever order, while PINs come and go: the day's chance stays within
    1e-6 (B6).
    """
    space = Space()
    for caller, known, times in attack:
        for _ in range(times):
            space.guess(caller, known)
    assert space.direct_hits_expected <= A_MILLIONTH * (1 + 1e-9)
    assert space.direct_hits_expected <= guess_bound(space.counted, space.most_known) * (1 + 1e-9)
    assert guess_bound(space.counted, space.most_known) <= A_MILLIONTH


def test_a_botnet_that_guesses_all_day_stays_within_the_bound() -> None:
    """Ten thousand callers with three guesses each against a hundred PINs: ten guesses count, the rest would
    wait.
    """
    space = Space()
    for caller in range(10_000):
        for _ in range(3):
            space.guess(caller, known=100)
    assert space.counted == strict_limit(100)
    assert space.direct_hits_expected <= A_MILLIONTH * (1 + 1e-9)
