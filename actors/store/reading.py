"""Replies as the types they must have; a reply of any other type is a bug or damaged data."""

from __future__ import annotations

from actors.store.replies import Reply


class OddReplyError(Exception):
    """The store answered with something else than what the command answers with."""


def integer(reply: Reply) -> int:
    """Read a whole number."""
    if isinstance(reply, int):
        return reply
    raise OddReplyError(f"expected a number, not a {type(reply).__name__}")


def items(reply: Reply) -> list[Reply]:
    """Read a list."""
    if isinstance(reply, list):
        return reply
    raise OddReplyError(f"expected a list, not a {type(reply).__name__}")


def optional(reply: Reply) -> bytes | None:
    """Read a string that may be missing."""
    if reply is None or isinstance(reply, bytes):
        return reply
    raise OddReplyError(f"expected a string or nothing, not a {type(reply).__name__}")


def string(reply: Reply) -> bytes:
    """Read a string."""
    if isinstance(reply, bytes):
        return reply
    raise OddReplyError(f"expected a string, not a {type(reply).__name__}")


def text(reply: Reply) -> str:
    """Read a string of text."""
    return string(reply).decode()
