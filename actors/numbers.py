"""Telephone numbers as people read them; everything else keeps them as E.164 writes them."""

from functools import lru_cache


@lru_cache(maxsize=1024)
def as_read(number: str) -> str:
    """Write an E.164 number as people read it, with its country: `+1 415-555-0123`; what is none stays as it is."""
    import phonenumbers  # noqa: PLC0415 - takes long to import, and is needed only when somebody looks

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
