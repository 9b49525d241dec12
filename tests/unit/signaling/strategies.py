"""Messages of every kind, made by chance from what their types allow."""

from typing import Annotated, Any, Literal, get_args, get_origin

from hypothesis import strategies as st
from msgspec import Meta

from signaling import messages as wire
from signaling.schema.describe import describe, is_union, members, type_of, without_none

CLIENT = members(wire.FromClient)
SERVER = members(wire.FromServer)
LETTERS = st.characters(exclude_categories=["Cs"])  # a lone surrogate is no text


def of(struct: type_of) -> st.SearchStrategy[Any]:
    """Make messages of one kind; optional fields are sometimes left out."""
    fields = describe(struct).fields
    required = {field.name: _value(field.kind) for field in fields if field.required}
    optional = {field.name: _value(field.kind) for field in fields if not field.required}
    return st.fixed_dictionaries(required, optional=optional).map(lambda given: struct(**given))


def _value(kind: object) -> st.SearchStrategy[Any]:
    if get_origin(kind) is Annotated:
        plain, meta = get_args(kind)
        return _bounded(plain, meta)
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    if get_origin(kind) is list:
        return st.lists(_value(get_args(kind)[0]), max_size=3)
    if is_union(kind):
        return st.one_of([_value(one) for one in without_none(kind)])
    if isinstance(kind, type) and issubclass(kind, wire.Part | wire.Message):
        return of(kind)
    return {bool: st.booleans(), int: st.integers(-(2**53), 2**53), str: st.text(LETTERS, max_size=80)}[kind]  # type: ignore[index]


def _bounded(plain: object, meta: Meta) -> st.SearchStrategy[Any]:
    if plain is int:
        return st.integers(int(meta.ge or 0), int(meta.le or 0))
    if get_origin(plain) is list:
        return st.lists(_value(get_args(plain)[0]), max_size=meta.max_length)
    return st.text(LETTERS, min_size=meta.min_length or 0, max_size=min(meta.max_length or 0, 300))


from_client = st.one_of([of(struct) for struct in CLIENT])
from_server = st.one_of([of(struct) for struct in SERVER])
