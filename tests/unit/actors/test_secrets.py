"""What is derived from the pepper: the same again, nothing else, and under older keys as well."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.secrets import KEYS_AT_MOST, PEPPER_BYTES, Secrets
from engine.ids import PATIENT, SHARED, InvitationId, SeatId, VisitId
from engine.pin import LENGTH, RANDOM_DIGITS, check_digit_ok

VISIT = VisitId("0417-7h3kq2m9xw4c")
OTHER = VisitId("0417-aaaaaaaaaaaa")
SEAT = SeatId("seat0seat0")
DAY = 86_400_000

OLD = {1: b"\x01" * PEPPER_BYTES}
ROTATED = OLD | {2: b"\x02" * PEPPER_BYTES}


@pytest.fixture
def secrets() -> Secrets:
    """One key."""
    return Secrets(OLD)


@pytest.fixture
def rotated() -> Secrets:
    """The same key and a newer one."""
    return Secrets(ROTATED)


def proves(secrets: Secrets, token: str, generation: int) -> bool:
    """Whether a token is a link of this generation."""
    link = secrets.read_link(token)
    return link is not None and secrets.proven_generation(link, generation) == generation


class TestLinks:
    """Links: `<visit>.<invitation>.<22 characters>`."""

    def test_a_link_is_the_same_each_time_it_is_shown(self, secrets: Secrets) -> None:
        """Panel, resend and reminder show one link, and nothing of it is stored."""
        token = secrets.link(VISIT, SHARED, 0)
        assert token == secrets.link(VISIT, SHARED, 0)
        visit, invitation, proof = token.split(".")
        assert (visit, invitation, len(proof)) == (VISIT, SHARED, 22)
        assert proves(secrets, token, 0)

    def test_visit_invitation_and_generation_each_make_another_link(self, secrets: Secrets) -> None:
        """A link opens what it was made for; revoking raises the generation and kills it."""
        token = secrets.link(VISIT, SHARED, 1)
        _, _, proof = token.split(".")
        assert not proves(secrets, f"{OTHER}.shared.{proof}", 1)
        assert not proves(secrets, f"{VISIT}.{PATIENT}.{proof}", 1)
        assert not proves(secrets, token, 2)
        assert not proves(secrets, token, 11)

    def test_a_revoked_or_unknown_invitation_proves_nothing(self, secrets: Secrets) -> None:
        """Without a generation there is nothing to prove."""
        link = secrets.read_link(secrets.link(VISIT, SHARED, 0))
        assert link is not None
        assert secrets.proven_generation(link, None) is None

    def test_an_older_key_still_verifies_and_a_dropped_one_does_not(
        self, secrets: Secrets, rotated: Secrets
    ) -> None:
        """Links that were sent before a rotation work after it, until their key is dropped."""
        token = secrets.link(VISIT, SHARED, 0)
        assert proves(rotated, token, 0)
        assert rotated.link(VISIT, SHARED, 0) != token
        assert rotated.link(VISIT, SHARED, 0, key_id=1) == token
        assert not proves(Secrets({2: ROTATED[2]}), token, 0)

    @given(st.text(max_size=120))
    def test_whatever_comes_as_a_token_is_answered(self, token: str) -> None:
        """Hostile text is no link, and never an exception."""
        secrets = Secrets(OLD)
        link = secrets.read_link(token)
        assert link is None or secrets.proven_generation(link, 0) is None

    @pytest.mark.parametrize(
        "token",
        [
            "",
            "0417-7h3kq2m9xw4c",
            "0417-7h3kq2m9xw4c.shared.",
            "0417-7h3kq2m9xw4c.shared.AAAAAAAAAAAAAAAAAAAAAA\n",
            "0417-7h3kq2m9xw4c.sha red.AAAAAAAAAAAAAAAAAAAAAA",
            "9999-7h3kq2m9xw4c.shared.AAAAAAAAAAAAAAAAAAAAAA",
            "٠٤١٧-7h3kq2m9xw4c.shared.AAAAAAAAAAAAAAAAAAAAAA",
            "0417-7h3kq2m9xw4c.shared.AAAAAAAAAAAAAAAAAAAAAAA",
            "0417-7h3kq2m9xw4c.shared.AAAAAAAAAAAAAAAAAAAA==",
        ],
    )
    def test_what_has_not_the_form_of_a_link_is_none(self, secrets: Secrets, token: str) -> None:
        """One spelling of a link, and no other."""
        assert secrets.read_link(token) is None


class TestPins:
    """PINs: random digits and a check digit."""

    def test_a_pin_is_digits_with_a_check_digit_and_always_the_same(self, secrets: Secrets) -> None:
        """D4: one length for all."""
        for attempt in range(200):
            pin = secrets.pin(VISIT, SHARED, attempt)
            assert len(pin) == LENGTH
            assert check_digit_ok(pin)
            assert pin == secrets.pin(VISIT, SHARED, attempt)

    def test_every_digit_is_as_likely_in_every_place(self, secrets: Secrets) -> None:
        """Rejection sampling leaves no digit more likely (chi-squared, 9 degrees of freedom)."""
        pins = [secrets.pin(VISIT, SHARED, attempt) for attempt in range(20_000)]
        for place in range(RANDOM_DIGITS):
            counts = Counter(pin[place] for pin in pins)
            deviation = sum((counts[digit] - 2_000) ** 2 / 2_000 for digit in "0123456789")
            assert deviation < 40  # by chance once in 130,000; the pepper is fixed, so always or never
        assert len(set(pins)) > 19_990

    def test_a_pin_is_proven_under_older_keys_too(self, secrets: Secrets, rotated: Secrets) -> None:
        """Also its place in the index is found: newest key first, then older ones."""
        pin = secrets.pin(VISIT, SHARED, 3)
        assert rotated.is_pin(pin, VISIT, SHARED, 3)
        assert not rotated.is_pin(pin, VISIT, SHARED, 4)
        assert not rotated.is_pin(pin, OTHER, SHARED, 3)
        assert rotated.pin(VISIT, SHARED, 3, key_id=1) == pin
        assert rotated.pin_hashes(pin) == (rotated.pin_hash(pin), secrets.pin_hash(pin))

    def test_a_pins_hash_does_not_show_it(self, secrets: Secrets, rotated: Secrets) -> None:
        """Ten digits are quickly tried: without the key the hash tells nothing."""
        assert secrets.pin_hash("1234567890") != rotated.pin_hash("1234567890")
        assert "1234" not in secrets.pin_hash("1234567890")


class TestSeats:
    """A seat's secret and what the visit keeps of it."""

    def test_a_seats_secret_can_be_shown_again(self, secrets: Secrets) -> None:
        """The answer to a repeated operation is the first one; other seats have other secrets."""
        secret = secrets.seat_secret(VISIT, SEAT)
        assert secret == secrets.seat_secret(VISIT, SEAT)
        assert len(secret) == 22
        assert secret != secrets.seat_secret(OTHER, SEAT)
        assert secret != secrets.seat_secret(VISIT, SeatId("seat1seat1"))

    def test_a_proof_survives_a_rotation(self, secrets: Secrets, rotated: Secrets) -> None:
        """Who holds a seat may resume it after the pepper was rotated, and is told the secret they have."""
        secret = secrets.seat_secret(VISIT, SEAT)
        proof = secrets.proof(secret)
        assert rotated.proof(secret) == proof
        assert rotated.seat_secret(VISIT, SEAT, proof) == secret
        assert rotated.seat_secret(VISIT, SEAT) != secret
        assert secret not in proof


class TestHashes:
    """Keyed hashes."""

    def test_a_callers_days_cannot_be_linked(self, secrets: Secrets) -> None:
        """The same within a UTC day, another on the next."""
        today = secrets.caller_hash("+14155550100", 5 * DAY)
        assert secrets.caller_hash("+14155550100", 6 * DAY - 1) == today
        assert secrets.caller_hash("+14155550100", 6 * DAY) != today
        assert secrets.caller_hash("+14155550101", 5 * DAY) != today

    def test_kinds_of_sign_in_hashes_do_not_meet(self, secrets: Secrets) -> None:
        """A session's hash is no ticket's."""
        assert secrets.sign_in_hash("session", "x") != secrets.sign_in_hash("ticket", "x")

    @given(
        st.lists(st.text(max_size=5), min_size=2, max_size=2),
        st.lists(st.text(max_size=5), min_size=2, max_size=2),
    )
    def test_no_two_lists_of_fields_make_one_message(self, one: list[str], two: list[str]) -> None:
        """Fields are parted by their lengths, so nothing in them can move a border."""
        secrets = Secrets(OLD)
        same = secrets.sign_in_hash(*one) == secrets.sign_in_hash(*two)
        assert same == (one == two)


class TestKeys:
    """The pepper's keys themselves."""

    def test_no_two_purposes_share_a_key(self, secrets: Secrets) -> None:
        """What one purpose leaks tells nothing about the others."""
        seen = {
            secrets.sealing_key(VISIT, 1),
            secrets.link(VISIT, InvitationId("x"), 0).encode(),
            secrets.seat_secret(VISIT, SeatId("x")).encode(),
        }
        assert len(seen) == 3
        assert secrets.sealing_key(OTHER, 1) != secrets.sealing_key(VISIT, 1)
        assert secrets.sealing_key(VISIT, 2) is None

    @pytest.mark.parametrize(
        "peppers", [{}, {1: b"short"}, dict.fromkeys(range(KEYS_AT_MOST + 1), b"k" * 32)]
    )
    def test_a_pepper_that_is_none_is_refused(self, peppers: dict[int, bytes]) -> None:
        """No key, a short one, or more than are tried."""
        with pytest.raises(ValueError, match="pepper"):
            Secrets(peppers)
