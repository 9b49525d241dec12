"""Addresses as people type them: checked once, here, and written one way from then on.

Whether a domain takes mail is its server's to say: nothing is looked up. A telephone number must be one that
text messages can reach, of a country that this deployment serves.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from engine.planning import Contact
from engine.refusals import Refused

_DOMAIN: Final = re.compile(r"(?:[a-z0-9-]+\.)+(?:[a-z]{2,}|xn--[a-z0-9-]+)", re.ASCII | re.IGNORECASE)
_LOCAL_LONGEST: Final = 64
"""Characters before the @ (RFC 5321, section 4.5.3.1.1)."""
_AS_TYPED: Final = re.compile(r"\+?[0-9 ()./-]{4,31}", re.ASCII)
"""A number as people write it: no letters, no extension, no second number."""


def checked(email: str, phone: str, country: str, countries: Collection[str]) -> Contact | Refused:
    """Give the contact that was typed: an address of one person, and a number as in E.164; either may be
    empty.

    `country`: whose numbers are written without one (ISO 3166-1). `countries`: whose numbers are served.
    Refused as `bad_address` or `phone_not_served`.
    """
    address = _address(email.strip(" ")) if email else ""
    number = _number(phone.strip(" "), country, countries) if phone else ""
    if isinstance(address, Refused):
        return address
    return number if isinstance(number, Refused) else Contact(email=address, phone=number)


def _address(email: str) -> str | Refused:
    """Check one address: no name before it, no second one, no line break, nothing that needs SMTPUTF8."""
    from email_validator import EmailNotValidError, validate_email  # takes long, and is needed only for this

    try:
        found = validate_email(
            email, check_deliverability=False, allow_smtputf8=False, globally_deliverable=False
        )
    except EmailNotValidError:
        return Refused("bad_address")
    domain = found.ascii_domain
    if len(found.local_part) > _LOCAL_LONGEST or not _DOMAIN.fullmatch(domain):
        return Refused("bad_address")
    return f"{found.local_part}@{domain}"


def _number(phone: str, country: str, countries: Collection[str]) -> str | Refused:
    import phonenumbers  # takes long, and is needed only when somebody types a number

    if not _AS_TYPED.fullmatch(phone):
        return Refused("bad_address")
    try:
        parsed = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException:
        return Refused("bad_address")
    if not phonenumbers.is_valid_number(parsed):
        return Refused("bad_address")
    kind = phonenumbers.PhoneNumberType
    reachable = phonenumbers.number_type(parsed) in (kind.MOBILE, kind.FIXED_LINE_OR_MOBILE)
    if not reachable or phonenumbers.region_code_for_number(parsed) not in countries:
        return Refused("phone_not_served")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
