"""Where shards are, in nodes of a test's own process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count

from actors.host import Host
from actors.placement import target
from engine.ids import SHARDS, ClinicId, shard_of_clinic

_numbers = count(1)


def is_spread(hosts: Mapping[str, Host]) -> bool:
    """Whether every shard is at the node to which it belongs, and all nodes know that, and each other."""
    if any({member.node for member in host.members()} != hosts.keys() for host in hosts.values()):
        return False
    for shard in range(SHARDS):
        goal = hosts[str(target(shard, hosts))]
        owners = [host.owner(shard) for host in hosts.values()]
        if goal.shard(shard) is None or any(owner != goal.member for owner in owners):
            return False
    return True


def new_clinic(here: Callable[[int], bool]) -> ClinicId:
    """Name a clinic that no test has had, whose shard is where it is asked for."""
    names = (ClinicId(f"c-{number}") for number in _numbers)
    return next(one for one in names if here(shard_of_clinic(one)))
