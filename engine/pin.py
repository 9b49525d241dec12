"""PINs: their check digit, how they are shown, what counts as a guess, and the bound on guessing (B6).

A PIN is nine random digits and one Damm digit (D4; H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004):
every single wrong digit and every swap of neighbours fails the check, so honest typos are told from guesses.

The bound. With N PINs known, D random digits and G counted guesses a day, the chance of any hit is at most
G*N/10^D. In a space where L = floor(1e-6 * 10^D / N) guesses have been counted today, and for a caller of
whom 3 have, a right PIN still is right, but its caller waits for the provider. What such a caller learns
could be used from another number: so their fourth guess counts as well, and a right PIN found by guesses that
count no more is marked, and lets nobody in directly from then on. So only the first L guesses of a day can
get anybody in directly, and the chance that they do stays below 1e-6. For that to hold while N changes, N is
the most that were known at once today.
"""

from dataclasses import dataclass
from typing import Final

RANDOM_DIGITS: Final = 9
LENGTH: Final = RANDOM_DIGITS + 1
"""Digits of a PIN as typed, the check digit last."""

TRIES: Final = 3
"""PINs that one call may try, wrong check digits included (D4)."""

CALLER_LIMIT: Final = 3
"""Counted guesses of one caller after which the caller is strict for the rest of the day."""

CALLER_COUNTED: Final = CALLER_LIMIT + 1
"""Counted guesses of one caller after which no more count, because a PIN found by one would be marked: who
mistyped three times and then is right has guessed nothing, and their visit's PIN stays good for others."""

_CHANCE: Final = 10**6
"""One in so many: the chance a day that is not exceeded."""

_DAMM: Final = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
"""The anti-symmetric quasigroup of order 10 in Damm's thesis: the row is the interim digit."""


def check_digit(digits: str) -> str:
    """Return the Damm digit of these digits."""
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def check_digit_ok(pin: str, digits: int = RANDOM_DIGITS) -> bool:
    """Whether this has a PIN's length, ASCII digits and a right check digit; `digits` are its random ones."""
    return len(pin) == digits + 1 and pin.isascii() and pin.isdigit() and check_digit(pin) == "0"


def with_check_digit(digits: str) -> str:
    """Make a PIN from its random digits."""
    return digits + check_digit(digits)


def shown(pin: str) -> str:
    """Group a PIN as it is shown and spoken: 3-3-4 (D4)."""
    return f"{pin[:3]} {pin[3:6]} {pin[6:]}"


def typed(keys: str) -> str:
    """Return the digits that count among the keys pressed: `*` starts over, `#` ends and is optional (D4);
    spaces and dashes go.
    """
    last = keys.rpartition("*")[2].partition("#")[0]
    return "".join(key for key in last if key not in " -")


def strict_limit(known: int, digits: int = RANDOM_DIGITS) -> int:
    """Return L: how many counted guesses a day a space with `known` PINs bears before it is strict."""
    return int(10**digits // (_CHANCE * max(known, 1)))


def guess_bound(counted: int, known: int, digits: int = RANDOM_DIGITS) -> float:
    """Return the chance, at most, that today's guesses got anybody in directly: `pin_guess_bound_per_day`."""
    return min(float(counted * known) / 10.0**digits, 1 / _CHANCE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one typed PIN with a right check digit is.

    `strict`: were it right, its caller would wait for the provider. `counts`: if it is wrong, it is one guess
    more of the space, the caller and the dial-in key. One that does not count and is right marks its PIN.
    """

    strict: bool
    counts: bool


def judge(space: int, caller: int, known: int, digits: int = RANDOM_DIGITS) -> Verdict:
    """Judge a PIN with a right check digit by the counted guesses of today, its own not among them.

    `space` and `caller` are the guesses counted today, `known` the most PINs known at once today in the
    space. One that names a PIN that was known and has expired is no guess. The counts must be read, and a
    wrong guess counted, in one step: two guesses judged by the same counts are one too many.
    """
    spent = space >= strict_limit(known, digits)
    return Verdict(strict=spent or caller >= CALLER_LIMIT, counts=not spent and caller < CALLER_COUNTED)
