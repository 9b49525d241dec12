import pytest

from gateway.dialin.sip.offer import answer, read

HEAD = "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n"


def offer(*lines: str, head: str = HEAD) -> str:
    """An offer of these lines."""
    return head + "".join(f"{line}\r\n" for line in lines)


def test_the_first_law_and_the_offers_own_event_type_are_taken() -> None:
    """Payload types are the caller's to choose, 96 for events as well as 101."""
    found = read(
        offer("m=audio 4000 RTP/AVP 9 8 0 96", "a=rtpmap:9 G722/8000", "a=rtpmap:96 telephone-event/8000")
    )
    assert found is not None
    assert (found.law, found.payload_type, found.keys) == ("PCMA", 8, 96)
    assert found.address == ("192.0.2.7", 4000)
    assert not found.held
    said = answer(found, "192.0.2.1", 40_000, 5, 1)
    assert "m=audio 40000 RTP/AVP 8 96\r\n" in said
    assert "a=rtpmap:96 telephone-event/8000" in said


def test_a_law_under_another_number_is_known_by_its_name() -> None:
    """PCMU may be offered under a dynamic payload type."""
    found = read(offer("m=audio 4000 RTP/AVP 97", "a=rtpmap:97 pcmu/8000"))
    assert found is not None
    assert (found.law, found.payload_type, found.keys) == ("PCMU", 97, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "\0" * 50,
        "v=zero\r\n",
        offer(),
        offer("m=video 4000 RTP/AVP 96", "a=rtpmap:96 VP8/90000"),
        offer("m=audio 4000 RTP/AVP 18 3"),
        offer("m=audio 0 RTP/AVP 0"),
        offer("m=audio 99999 RTP/AVP 0"),
        offer("m=audio x RTP/AVP 0"),
        offer("m=audio 4000 RTP/SAVP 0"),
        offer("m=audio 4000 RTP/AVP 0", "a=rtpmap:x PCMU/8000"),
        offer("m=audio 4000 RTP/AVP 0", head="v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nt=0 0\r\n"),
        offer("m=audio 4000 RTP/AVP 0", "c=IN IP4 evil.example"),
        offer("m=audio 4000 RTP/AVP 200", "a=rtpmap:200 PCMU/8000"),
        offer("a=" + "x" * 10_000),
    ],
)
def test_what_cannot_be_taken(text: str) -> None:
    """Without audio, with unknown codecs only, encrypted, or no SDP at all: 488, and never an exception."""
    assert read(text) is None


@pytest.mark.parametrize(
    ("line", "held", "answered"),
    [
        ("a=sendrecv", False, "a=sendrecv"),
        ("a=sendonly", True, "a=recvonly"),
        ("a=inactive", True, "a=inactive"),
        ("a=recvonly", False, "a=sendonly"),
        ("c=IN IP4 0.0.0.0", True, "a=sendrecv"),
    ],
)
def test_hold(line: str, held: bool, answered: str) -> None:
    """Hold is said in one of three ways, and answered by its counterpart (RFC 3264, section 8.4)."""
    found = read(offer("m=audio 4000 RTP/AVP 0", line))
    assert found is not None
    assert found.held is held
    assert answered in answer(found, "192.0.2.1", 40_000, 5, 1)


def test_every_other_stream_is_refused() -> None:
    """An answer has as many streams as the offer, in its order (RFC 3264, section 6)."""
    found = read(offer("m=video 5000 RTP/AVP 96", "m=audio 4000 RTP/AVP 0", "m=audio 4002 RTP/AVP 8"))
    assert found is not None
    streams = [line for line in answer(found, "::1", 40_000, 5, 1).splitlines() if line.startswith("m=")]
    assert streams == ["m=video 0 RTP/AVP 0", "m=audio 40000 RTP/AVP 0", "m=audio 0 RTP/AVP 0"]
