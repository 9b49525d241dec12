"""What may fire and what may not while nothing is broken."""

from __future__ import annotations

from typing import Final

from tests.support.prometheus import Prometheus

OF_THE_MACHINE: Final = frozenset({"VestibuleLoopLate", "VestibuleNodeBusy"})
"""What a machine on which everybody tests at once may well be told."""
ALWAYS: Final = "VestibuleWatchdog"


async def loud_now(prom: Prometheus) -> set[str]:
    """Give what fires and should not."""
    return await prom.firing() - {ALWAYS} - OF_THE_MACHINE


async def loud_lately(prom: Prometheus, seconds: float) -> set[str]:
    """Give what has fired in the last seconds and should not have."""
    return (await prom.fired(seconds)).keys() - {ALWAYS} - OF_THE_MACHINE
