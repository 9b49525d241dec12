"""What the operations page shows: a node's last hour, in memory, without any Prometheus (B9).

`Recorder` takes a sample of what the node counts every few seconds. `levels` and `alerts` judge the last
hour of all nodes together. Nothing here knows a clinic, a visit or a person.
"""

from gateway.operations.recorder import Recorder

__all__ = ["Recorder"]
