"""A deployment chooses how long its PINs are (D4)."""

from __future__ import annotations

from pathlib import Path

from tests.support.client import refusal
from tests.support.node import house


async def test_a_deployment_with_longer_pins_lets_callers_in_by_them(tmp_path: Path) -> None:
    """With 11 random digits a PIN has 12, the dial-in client is told so, and a shorter one is not found."""
    async with house(tmp_path, pins={"digits": 11}) as here:
        visit = await here.plan()
        pin = here.pin(visit)
        assert len(pin) == 12
        await here.provider(visit)
        phone = await here.phone()
        assert phone.ready["length"] == 12
        assert await refusal(phone.ask("digits", digits=pin[:10])) == "pin_wrong"
        await phone.ask("digits", digits=pin)
        await phone.wait_for("you", standing="in")
