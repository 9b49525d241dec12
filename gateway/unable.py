"""Why something cannot be done, in one sentence for who sits at the terminal."""

from __future__ import annotations


class Unable(Exception):
    """What was asked cannot be done; the text says why and what to do."""


def sentence(error: Exception) -> str | None:
    """Give the sentence of an error that a person can do something about; None when it is a bug."""
    from actors.embedded import EmbeddedStoreError
    from actors.machines import Unsafe
    from actors.pepper import PepperUnusable
    from actors.ports import StoreDown, WrongDataVersion
    from actors.sealing import SealBroken
    from gateway.dialin.prompts import PromptUnusable

    known = PromptUnusable | Unable | Unsafe | EmbeddedStoreError | PepperUnusable | WrongDataVersion
    if isinstance(error, known):
        return str(error)
    if isinstance(error, SealBroken):
        return "The pepper is not the one that sealed this store: put the right one into secrets.folder."
    if isinstance(error, StoreDown):
        return f"The store does not answer ({error}): is it running, and is store.url right?"
    return None
