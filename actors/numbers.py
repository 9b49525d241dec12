"""Telephone numbers as people read them; everything else keeps them as E.164 writes them."""

from collections.abc import Sequence
from functools import lru_cache


@lru_cache(maxsize=1024)
def as_read(number: str) -> str:
    """Write an E.164 number as people read it, `+1 415-555-0123`; what is none stays as it is."""
    import phonenumbers  # takes long, and is needed only when somebody looks

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def as_dialled(number: str) -> str:
    """Write a number as E.164 does, whatever stands between its digits."""
    return "".join(letter for letter in number if letter not in " ()-.")


def nearest(numbers: Sequence[str], caller: str) -> str:
    """Choose the dial-in number for somebody with this telephone: the first of their country, else the first
    of all; "" when there is none. All as in E.164.
    """
    if len(numbers) > 1 and caller:
        country = _country(caller)
        return next((one for one in numbers if _country(one) == country), numbers[0])
    return numbers[0] if numbers else ""


def _country(number: str) -> int:
    """Give the country's part of a number, as one dials it; 0 for what has none. Callers' numbers are kept
    nowhere.
    """
    import phonenumbers

    try:
        return phonenumbers.parse(number).country_code or 0
    except phonenumbers.NumberParseException:
        return 0
