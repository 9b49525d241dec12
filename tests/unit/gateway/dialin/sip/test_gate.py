from gateway.dialin.sip.gate import Caps, Gate

CAPS = Caps(total=5, per_source=3, per_second=1.0, burst=3)
TRUNK, OTHER = "192.0.2.10", "192.0.2.11"


def gate(caps: Caps = CAPS) -> Gate:
    """A gate that knows one network."""
    return Gate(("192.0.2.0/24", "2001:db8::/32"), caps)


def test_only_the_list_may_speak() -> None:
    """Whoever is not on it, or has no address at all, is nobody."""
    assert gate().trunk(TRUNK)
    assert gate().trunk("2001:db8::5")
    assert gate().trunk("::ffff:192.0.2.10") == gate().trunk(TRUNK)
    assert gate().trunk("198.51.100.1") is None
    assert gate().trunk("nobody") is None
    assert Gate((), CAPS).trunk(TRUNK) is None


def test_networks_of_one_name_are_one_trunk_and_all_others_are_others() -> None:
    """Without a name each network is a trunk; an address in two networks belongs to the narrowest."""
    here = Gate(("10.0.0.0/8", "a=192.0.2.0/28", "b=192.0.2.16/28", "a=2001:db8::/32", "b=10.0.0.7/32"), CAPS)
    assert here.trunk("192.0.2.1") == here.trunk("2001:db8::5") == "a"
    assert here.trunk("192.0.2.17") == here.trunk("10.0.0.7") == "b"
    assert here.trunk("10.0.0.8") not in ("a", "b", None)


def test_one_source_takes_no_more_than_its_part() -> None:
    """The fourth call of one source is not let through, another source's is."""
    here = gate(Caps(5, 3, 100.0, 100))
    assert [here.enter(TRUNK, 0.0) for _ in range(4)] == [True, True, True, False]
    assert here.enter(OTHER, 0.0)
    here.leave(TRUNK)
    assert here.enter(TRUNK, 0.0)


def test_all_together_take_no_more_than_the_total() -> None:
    """The sixth call is not let through, whoever it is; when one ends the next one is."""
    here = gate(Caps(5, 5, 100.0, 100))
    assert all(here.enter(TRUNK, 0.0) for _ in range(5))
    assert not here.enter(OTHER, 0.0)
    here.leave(TRUNK)
    assert here.enter(OTHER, 0.0)
    assert here.live == 5


def test_a_flood_is_cut_to_the_rate() -> None:
    """After a burst, one call a second and no more."""
    here = gate(Caps(1_000, 1_000, 1.0, 3))
    let = [here.enter(TRUNK, at / 100) for at in range(1_000)]
    assert 11 <= sum(let) <= 13
    assert here.enter(OTHER, 10.0)
