"""Addresses as people type them, and as they must not."""

from __future__ import annotations

import pytest

from actors.contacts import checked
from engine.planning import Contact
from engine.refusals import Refused

SERVED = frozenset({"US"})


def check(email: str = "", phone: str = "") -> Contact | Refused:
    """Check what was typed in an American clinic."""
    return checked(email, phone, "US", SERVED)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ann@family.example", "ann@family.example"),
        (" ann@family.example ", "ann@family.example"),
        ("Ann.Lee+visit@Family.Example", "Ann.Lee+visit@family.example"),
        ("ann@exämple.org", "ann@xn--exmple-cua.org"),
    ],
)
def test_an_address_is_kept_as_mail_servers_write_it(typed: str, kept: str) -> None:
    """The domain in lower case and ASCII; what stands before it is the person's own."""
    assert check(email=typed) == Contact(email=kept)


@pytest.mark.parametrize(
    "typed",
    [
        "ann",
        "ann@",
        "ann@localhost",
        "ann@1.2",
        "ann@[127.0.0.1]",
        "Ann <ann@family.example>",
        '"ann lee"@family.example',
        "ann@family.example, bob@family.example",
        "ann@family.example;bob@family.example",
        "ann@family.example\nBcc: bob@family.example",
        "ann@family.example\r\n",
        "\tann@family.example",
        "ann\u202e@family.example",
        "josé@family.example",
        "a" * 65 + "@family.example",
        "ann@" + "a" * 250 + ".example",
    ],
)
def test_what_is_not_one_persons_address_is_refused(typed: str) -> None:
    """Names, second addresses, line breaks, what no domain is, what few servers take."""
    assert check(email=typed) == Refused("bad_address")


@pytest.mark.parametrize("typed", ["415 555 0142", "(415) 555-0142", "+1 415.555.0142", "+14155550142"])
def test_a_number_is_kept_as_in_e164(typed: str) -> None:
    """However people write it, with a country or in the clinic's own."""
    assert check(phone=typed) == Contact(phone="+14155550142")


@pytest.mark.parametrize(
    "typed",
    [
        "12",
        "+15550100",
        "415 555 0142 x5",
        "1-800-FLOWERS",
        "tel:+14155550142",
        "+1415\n5550142",
        "4155550142;",
    ],
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    """Too short, of nobody, with letters or an extension."""
    assert check(phone=typed) == Refused("bad_address")


@pytest.mark.parametrize(
    "typed", ["900 555 1234", "800 555 1234", "+1 876 210 1234", "+44 7911 123456", "+34 612 345 678"]
)
def test_what_costs_a_fortune_or_is_not_served_is_refused(typed: str) -> None:
    """Premium and toll-free numbers, and countries that the operator did not name, +1 or not."""
    assert check(phone=typed) == Refused("phone_not_served")


def test_a_clinics_own_country_is_understood_and_served_if_named() -> None:
    """Numbers without a country are the clinic's country's."""
    assert checked("", "612 34 56 78", "ES", {"ES"}) == Contact(phone="+34612345678")
    assert checked("", "+1 415 555 0142", "ES", {"ES"}) == Refused("phone_not_served")


def test_a_landline_gets_no_text() -> None:
    """Where numbers tell."""
    assert checked("", "+34 912 345 678", "ES", {"ES"}) == Refused("phone_not_served")


def test_both_and_neither_are_fine() -> None:
    """Somebody may be invited without any address: the panel shows link and PIN."""
    assert check() == Contact()
    both = Contact(email="ann@family.example", phone="+14155550142")
    assert check("ann@family.example", "415 555 0142") == both
