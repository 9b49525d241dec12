"""The kinds of load, by name."""

from typing import Final

from load_tests.scenarios.base import Scenario
from load_tests.scenarios.clinic_day import ClinicDay
from load_tests.scenarios.idle import Idle
from load_tests.scenarios.pin_flood import PinFlood
from load_tests.scenarios.presence_fanout import PresenceFanout
from load_tests.scenarios.reconnect_herd import ReconnectHerd
from load_tests.scenarios.signaling import Signaling

SCENARIOS: Final[dict[str, type[Scenario]]] = {
    "clinic-day": ClinicDay,
    "reconnect-herd": ReconnectHerd,
    "pin-flood": PinFlood,
    "presence-fanout": PresenceFanout,
    "idle": Idle,
    "signaling": Signaling,
}

__all__ = ["SCENARIOS", "Scenario"]
