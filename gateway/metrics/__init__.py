"""Every metric of a node: what actors and sockets tell, and what is counted at a scrape.

Seconds, bytes, counters end in `_total`; labels are bounded. No label ever holds a visit, a person, a number
or a PIN. The four that must stay 0 are `join_after_expiry_total`, `double_owner_total`, `ghosts` and
`purge_failures_total`. A metric without a feed is a lie: `tests/real/test_metrics.py` moves each one.
"""

from gateway.metrics.told import CONTENT_TYPE, Metrics

__all__ = ["CONTENT_TYPE", "Metrics"]
