import random

import pytest

from gateway.dialin.sip.digits import BURST, KEYS, KeyReceiver, of_info


def event(key: str, duration: int, *, end: bool = False) -> bytes:
    """One telephone-event packet (RFC 4733, section 2.3)."""
    return bytes([KEYS.index(key), 0x80 | 10 if end else 10]) + duration.to_bytes(2, "big")


def press(key: str, timestamp: int) -> list[tuple[bytes, int]]:
    """All packets of one press: five on the way and three ends, as telephones send them."""
    going = [(event(key, 160 * n), timestamp) for n in range(1, 6)]
    return going + [(event(key, 960, end=True), timestamp)] * 3


class Ear:
    """A receiver and what it understood."""

    def __init__(self) -> None:
        self.receiver, self.now, self.keys = KeyReceiver(), 0.0, ""

    def hear(self, packets: list[tuple[bytes, int]]) -> str:
        """Take packets, one every 20 ms; give all keys so far."""
        for payload, timestamp in packets:
            self.now += 0.02
            self.keys += self.receiver.packet(payload, timestamp, 7, self.now)
        return self.keys


def typed(keys: str, gap: int = 4_000) -> list[tuple[bytes, int]]:
    """Keys one after the other."""
    return [packet for at, key in enumerate(keys) for packet in press(key, 1_000 + at * gap)]


def test_every_key_is_heard_once() -> None:
    """Eight packets are one press; the same key again is another one."""
    assert Ear().hear(typed("0123456789*#1122")) == "0123456789*#1122"


def test_ends_that_were_lost_do_not_matter() -> None:
    """Without a single end packet each press is heard all the same."""
    packets = [packet for packet in typed("7316042857") if not packet[0][1] & 0x80]
    assert Ear().hear(packets) == "7316042857"


def test_only_the_ends_arriving_is_enough() -> None:
    """All packets on the way may be lost."""
    packets = [packet for packet in typed("7316042857") if packet[0][1] & 0x80]
    assert Ear().hear(packets) == "7316042857"


def test_a_late_end_is_no_press() -> None:
    """An end that comes after the next press has begun is known for what it is."""
    first, second = press("5", 1_000), press("5", 5_000)
    assert Ear().hear(first[:-1] + second[:3] + first[-1:] + second[3:]) == "55"


@pytest.mark.parametrize("size", range(4))
def test_a_short_payload_is_passed_over(size: int) -> None:
    """Fewer than four bytes say nothing, and break nothing."""
    assert Ear().hear([(event("5", 160)[:size], 1_000), *press("6", 2_000)]) == "6"


def test_other_events_are_no_keys() -> None:
    """A to D, flash and a fax's tones are passed over."""
    assert Ear().hear([(bytes([code, 10, 0, 160]), code) for code in range(12, 256)]) == ""


def test_a_key_held_for_long_is_one_press() -> None:
    """A press of more than eight seconds goes on in a new segment, which is no new press."""
    first = [(event("9", duration), 1_000) for duration in (160, 30_000, 0xFFFF)]
    assert Ear().hear([*first, (event("9", 160), 1_000 + 0xFFFF), *press("1", 99_999)]) == "91"


def test_a_storm_is_cut_and_ends() -> None:
    """Hundreds of keys a second are not passed on; a person's typing after that is."""
    ear = Ear()
    for number in range(2_000):
        ear.keys += ear.receiver.packet(event("1", 160), 10_000 + number, 7, 0.0)
    assert len(ear.keys) == BURST
    assert ear.receiver.stormed == 2_000 - BURST
    ear.keys, ear.now = "", 60.0
    assert ear.hear(typed("7316042857")) == "7316042857"


def test_a_thousand_strings_through_a_lossy_line() -> None:
    """Five of a hundred packets lost and some twice: no digit is wrong."""
    chance = random.Random(4)  # noqa: S311 - no secrets
    for _ in range(1_000):
        keys = "".join(chance.choice(KEYS) for _ in range(10))
        packets = [packet for packet in typed(keys) if chance.random() > 0.05]
        assert Ear().hear([one for one in packets for _ in range(1 + (chance.random() < 0.1))]) == keys


@pytest.mark.parametrize(
    ("kind", "body", "key"),
    [
        ("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", "5"),
        ("application/dtmf-relay", "Signal= *\r\n", "*"),
        ("Application/DTMF-Relay; x=y", "signal=11\n", "#"),
        ("application/dtmf", " 7 ", "7"),
        ("application/dtmf", "77", ""),
        ("application/dtmf-relay", "Duration=160", ""),
        ("application/dtmf-relay", "Signal=A", ""),
        ("text/plain", "Signal=5", ""),
        ("", "", ""),
    ],
)
def test_keys_by_info(kind: str, body: str, key: str) -> None:
    """SIP INFO tells of a key in one of two ways."""
    assert of_info(kind, body) == key
