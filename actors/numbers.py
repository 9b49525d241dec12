"""Telephone numbers as people read them; everything else keeps them as E.164 writes them."""

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
