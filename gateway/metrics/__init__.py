"""Every metric of a node: what actors and sockets tell, and what is read at a scrape.

Seconds, bytes, counters end in `_total`; labels are bounded. No label ever holds a visit, a person, a number
or a PIN. Those that must stay 0 are `join_after_expiry_total`, `admission_bypass_total`,
`double_owner_total`, `ghosts` and `purge_failures_total`. A metric without a feed is a lie:
`tests/real/test_metrics.py` moves each one. `python -m tools.watching` lists them in docs/metrics.md.

    people     visits, who comes, letters, calls      census    who and what is in the visits of a moment
    shards     saves, the store, lease, purges        scraped   what is read at a scrape
    sockets    frames and cuts                        turns     how late the event loop is
    dialin     what the process that answers telephones counts
"""

from gateway.metrics.scraped import Watched
from gateway.metrics.told import CONTENT_TYPE, Metrics

__all__ = ["CONTENT_TYPE", "Metrics", "Watched"]
