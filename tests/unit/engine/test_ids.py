"""Where a clinic lives follows from its name, and stays so for ever."""

from __future__ import annotations

from engine.ids import ClinicId, crc16, shard_of_clinic


def test_clinics_are_hashed_as_redis_cluster_hashes_keys() -> None:
    """The check value is that of the Redis Cluster specification, appendix A."""
    assert crc16(b"123456789") == 0x31C3
    assert shard_of_clinic(ClinicId("123456789")) == 0x31C3 % 1024
