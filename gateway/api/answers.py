"""Refusals over HTTP: `{"code", "message"}`, the status that belongs to the code, `fields` for a form.

A handler ends early by raising `Refusal`; what it changed by then stays, as anywhere in HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from actors.ports import StoreDown
from engine.clinic import Clinic
from engine.refusals import Refused
from gateway.api.faults import fault
from gateway.api.forwarding import Elsewhere, mark_elsewhere
from gateway.api.plain import problem
from signaling import words

STATUS: Final[dict[str, int]] = {
    "already_started": 409,
    "bad_address": 422,
    "bad_message": 422,
    "bad_minutes": 422,
    "bad_name": 422,
    "bad_request": 422,
    "bad_time": 422,
    "busy": 429,
    "invites_off": 403,
    "just_sent": 429,
    "key_refused": 403,
    "link_over": 410,
    "link_revoked": 410,
    "link_unknown": 404,
    "no_such_invitation": 404,
    "no_such_person": 404,
    "no_such_seat": 404,
    "no_such_visit": 404,
    "not_allowed": 403,
    "operators_key": 403,
    "origin_refused": 403,
    "phone_not_served": 422,
    "sign_in": 401,
    "sign_in_refused": 401,
    "sign_in_slow": 429,
    "too_many_invitations": 409,
    "too_many_messages": 429,
    "try_later": 503,
    "visit_over": 410,
    "welcome_refused": 410,
}
"""The status of each code; every other refusal is 409: it would be granted in another state."""


class Refusal(Exception):
    """A request is refused. `fields` says what is wrong with which field of a form."""

    def __init__(
        self, refused: Refused | str, clinic: Clinic | None = None, fields: Mapping[str, str] | None = None
    ) -> None:
        super().__init__()
        self.refused = Refused(refused) if isinstance(refused, str) else refused
        self.clinic = clinic
        self.fields = fields


def answer(refusal: Refusal) -> JSONResponse:
    """Make the response of a refusal."""
    refused, code = refusal.refused, refusal.refused.code
    body: dict[str, object] = {"code": code, "message": words.refusal(refused, refusal.clinic)}
    wait = words.retry_after(code)
    if code == "sign_in_slow":
        wait = refused.at * 1000  # of this code `at` is a number of seconds
    elif refused.at:
        body["at"] = refused.at
    if number := words.number_for(code, refusal.clinic):
        body["number"] = number
    if refusal.fields:
        body["fields"] = dict(refusal.fields)
    headers = {}
    if wait:
        body["retry_after_ms"] = wait
        headers["Retry-After"] = str(-(-wait // 1000))
    if code == "sign_in":
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body, STATUS.get(code, 409), headers)


def handle(api: FastAPI) -> None:
    """Let this application answer every refusal in the one form."""

    async def refused(_: Request, error: Exception) -> Response:
        return answer(error) if isinstance(error, Refusal) else answer(Refusal("try_later"))

    async def elsewhere(request: Request, error: Exception) -> Response:
        if isinstance(error, Elsewhere):
            mark_elsewhere(request.scope, error)
        return answer(Refusal("try_later"))

    async def invalid(_: Request, error: Exception) -> Response:
        fields = _fields(error.errors()) if isinstance(error, RequestValidationError) else {}
        return answer(Refusal("bad_request", fields=fields))

    async def http(_: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and error.status_code == 400:  # a body that cannot be read
            return answer(Refusal("bad_request"))
        if isinstance(error, HTTPException):
            return _plain(error.status_code, error.headers)
        return _plain(500)

    api.add_exception_handler(Refusal, refused)
    api.add_exception_handler(StoreDown, refused)
    api.add_exception_handler(Elsewhere, elsewhere)
    api.add_exception_handler(RequestValidationError, invalid)
    api.add_exception_handler(HTTPException, http)
    api.add_exception_handler(Exception, http)  # raised on, so that the guard logs it


def _plain(status: int, headers: Mapping[str, str] | None = None) -> Response:
    made = problem(status, headers)
    return Response(made.body, made.status, dict(made.headers), made.type)


_FAULTS: Final = {
    "missing": "missing",
    "string_too_short": "too_short",
    "string_too_long": "too_long",
    "too_long": "too_many",
    "too_short": "at_least_one",
    "json_invalid": "not_json",
    "model_attributes_type": "not_json",
    "literal_error": "not_offered_here",
    "extra_forbidden": "not_settable",
    "greater_than_equal": "at_least",
    "less_than_equal": "at_most",
    "bool_parsing": "yes_or_no",
    "bool_type": "yes_or_no",
    "int_parsing": "whole_number",
    "int_type": "whole_number",
    "int_from_float": "whole_number",
    "string_type": "text",
    "list_type": "list",
}
"""Codes of our faults by the types of errors of the models (pydantic)."""


_BOUNDS: Final = {"ge": "number", "le": "number"}


def _fields(errors: Sequence[Any]) -> dict[str, str]:
    """Say what is wrong by field; never what was sent."""
    said: dict[str, str] = {}
    for error in errors:
        path = [str(part) for part in error["loc"][1:]]
        name = ".".join(part for part in path if not part.startswith("(")) or "body"  # "(now)" is a choice
        said.setdefault(name, _sentence(error))
    return said


def _sentence(error: Mapping[str, Any]) -> str:
    """Say what is wrong with one field to a person; a check of our own says it itself."""
    code = _FAULTS.get(error["type"])
    if code is None:
        own: str = error["msg"].removeprefix("Value error, ")
        return own if own.endswith(".") else f"{own}."
    bounds = error.get("ctx", {})
    return fault(code, **{name: bounds[key] for key, name in _BOUNDS.items() if key in bounds})


def settled(outcome: object, clinic: Clinic | None = None) -> None:
    """Go on if an outcome is no refusal. Raises Refusal."""
    if isinstance(outcome, Refused):
        raise Refusal(outcome, clinic)
