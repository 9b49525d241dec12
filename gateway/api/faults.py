"""What is wrong with a field of a form: by a code, in a sentence of the catalogue."""

from __future__ import annotations

from languages import FIRST, say


def fault(code: str, **parts: int) -> str:
    """Give the sentence of a fault in the server's language; pages say it in theirs.

    Raises KeyError when there is no such fault.
    """
    return say(FIRST, f"faults.{code}", **parts)
