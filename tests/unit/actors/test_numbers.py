"""Telephone numbers: as people read them, as they are dialled, and which of several is somebody's."""

from actors.numbers import as_dialled, as_read, nearest

OURS = ("+15550100123", "+34910000123", "+34910000124", "+442079460123")


def test_numbers_are_shown_as_people_read_them() -> None:
    """In groups, with the country in front; what is no number stays as it is."""
    assert as_read("+15550100123") == "+1 555-010-0123"
    assert as_read("extension 5") == "extension 5"
    assert as_read("") == ""


def test_what_stands_between_digits_is_not_dialled() -> None:
    """However somebody has written it."""
    assert as_dialled("+1 (555) 010-0123") == "+15550100123"


def test_a_caller_gets_the_first_number_of_their_country() -> None:
    """Else the first of all; and who has no telephone too."""
    assert nearest(OURS, "+34911234567") == "+34910000123"
    assert nearest(OURS, "+447400123456") == "+442079460123"
    for other in ("+4930123456", "", "nobody", "+14155550123"):
        assert nearest(OURS, other) == OURS[0]
    assert nearest((), "+34911234567") == ""
