"""REST described on a page of our own: no scripts, nothing from elsewhere. Only a demo shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """Show every operation with an example of what it takes."""
    schema = request.app.openapi()
    return HTMLResponse("".join(_page(schema)))


def _page(schema: dict[str, Any]) -> Iterator[str]:
    info = schema["info"]
    yield '<!doctype html><html lang="en"><meta charset="utf-8"><title>Vestibule REST</title>'
    yield f"<h1>{escape(info['title'])} {escape(info['version'])}</h1><p>{escape(info['description'])}</p>"
    yield '<p>The same for programs: <a href="/openapi.json">/openapi.json</a></p>'
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            yield f"<h2>{method.upper()} {escape(path)}</h2><p>{escape(operation.get('description', ''))}</p>"
            example = _example(operation, schema)
            if example is not None:
                yield f"<pre>{escape(json.dumps(example, indent=2))}</pre>"
    yield "</html>"


def _example(operation: dict[str, Any], schema: dict[str, Any]) -> object:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return _of(content.get("schema", {}), schema) if content else None


def _of(part: dict[str, Any], schema: dict[str, Any]) -> object:
    """Make an example of a part of the schema: its own, or one put together from its parts'."""
    if "$ref" in part:
        part = schema["components"]["schemas"][part["$ref"].rpartition("/")[2]]
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in part:
            return _of(part[choice][0], schema)
    if examples := part.get("examples"):
        return examples[0]
    if "properties" in part:
        return {name: _of(one, schema) for name, one in part["properties"].items()}
    if part.get("type") == "array":
        return [_of(part.get("items", {}), schema)]
    return part.get("default", {"integer": 0, "boolean": True, "string": ""}.get(part.get("type", "")))
