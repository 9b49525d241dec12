"""What all of them are made of: the base, texts that are safe to keep, instants."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from engine.names import safe_label, safe_name
from gateway.api.faults import fault


def _name(value: str) -> str:
    name = safe_name(value)
    if name is None:
        raise ValueError(fault("name"))
    return name


def _label(value: str) -> str:
    label = safe_label(value)
    if label is None:
        raise ValueError(fault("label"))
    return label


PersonName = Annotated[str, Field(max_length=4096), AfterValidator(_name)]
Label = Annotated[str, Field(max_length=4096), AfterValidator(_label)]
Instant = Annotated[int, Field(ge=0, le=4_102_444_800_000)]
Email = Annotated[str, Field(max_length=254)]
"""An address as typed, a bare one; `gateway.api.contacts` says whether it can be one."""
Phone = Annotated[str, Field(max_length=40)]
"""A number as typed, with its country or as in the clinic's; `gateway.api.contacts` reads it."""


class Model(BaseModel):
    """The base of all of them."""

    model_config = ConfigDict(hide_input_in_errors=True)


class Nothing(Model):
    """An empty body."""


class Problem(Model):
    """A refusal: a stable code, and one sentence for a person."""

    code: str
    message: str
    at: int | None = None
    number: str | None = None
    retry_after_ms: int | None = None
    fields: dict[str, str] | None = Field(None, examples=[{"guests.0.email": "Please check this."}])
