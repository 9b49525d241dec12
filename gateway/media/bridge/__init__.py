"""The bridge between telephones and browsers: a process of its own, one peer for each visit with telephones.

The node keeps it (`keeper`); `python -m gateway.media.bridge` is it. Audio is work for a processor, and must
not delay a visit; when the bridge dies nobody leaves.
"""
