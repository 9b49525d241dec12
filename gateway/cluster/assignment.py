"""What a node is told when it is placed: who it is. The rest is in the settings of its machine, so that no
secret ever goes through Ray.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final, Self

ENTRY: Final = "gateway.clustered:Serve"
"""What Ray runs in an actor."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A slot's number, the address of its machine, and whether it is a demo's."""

    number: int
    machine: str
    demo: bool = False

    def packed(self) -> bytes:
        """Write it for Ray."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        """Read it in the actor; what a newer release has added is passed over."""
        found = json.loads(packed)
        return cls(int(found["number"]), str(found["machine"]), demo=bool(found["demo"]))
