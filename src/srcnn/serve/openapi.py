"""The description of the service for machines, made from the types that the service itself uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from srcnn import __version__
from srcnn.images.formats import FORMATS
from srcnn.serve.answers import MEDIA
from srcnn.serve.errors import STATUS, ErrorDocument
from srcnn.serve.limits import ServeLimits
from srcnn.serve.messages import Report
from srcnn.serve.query import Query, models

Schema = Mapping[str, object]
_BYTES: Schema = {"type": "string", "format": "binary"}


def openapi_document(limits: ServeLimits) -> Schema:
    """Return the description as an OpenAPI 3.1 document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "srcnn",
            "version": __version__,
            "description": "Enlarges pictures: the bytes of one in, those of the larger one out.",
        },
        "paths": {
            "/v1/upscale": {
                "put": _upscale(limits, "upscale"),
                "post": _upscale(limits, "upscalePost"),
            },
            "/v1/models": _get("The networks, formats and limits.", "application/json"),
            "/healthz": _get("Whether pictures can be enlarged now.", "application/json"),
            "/metrics": _get("What has been done, for Prometheus.", "text/plain"),
            "/openapi.json": _get("This document.", "application/json"),
        },
        "components": {
            "schemas": {"Error": _object(ErrorDocument), "Result": _object(Report)},
        },
    }


def _upscale(limits: ServeLimits, name: str) -> Schema:
    pictures = {MEDIA[fmt]: {"schema": _BYTES} for fmt in FORMATS}
    result = {"$ref": "#/components/schemas/Result"}
    done = {
        "description": "The larger picture.",
        "headers": {"Srcnn-Result": {"content": {"application/json": {"schema": result}}}},
        "content": pictures,
    }
    return {
        "operationId": name,
        "summary": "Enlarge a picture.",
        "description": (
            f"At most {limits.max_bytes} bytes and {limits.max_pixels} pixels, "
            f"and {limits.max_result} pixels of the result."
        ),
        "parameters": _parameters(),
        "requestBody": {"required": True, "content": {"application/octet-stream": {}}},
        "responses": {"200": done, **_errors()},
    }


def _parameters() -> list[Schema]:
    enums = {"model": models(), "format": [*FORMATS]}
    rows: list[Schema] = []
    for each in fields(Query):
        about = each.metadata
        schema = {"type": about["type"], **about["schema"]}
        if each.name in enums:
            schema["examples" if each.name == "format" else "enum"] = enums[each.name]
        text = about["help"]
        rows.append({"name": each.name, "in": "query", "description": text, "schema": schema})
    return rows


def _errors() -> Schema:
    answers: dict[str, Schema] = {}
    for status in sorted(set(STATUS.values())):
        kinds = [kind for kind, its in STATUS.items() if its == status]
        text = " ".join((kind.__doc__ or "").split("\n")[0] for kind in kinds)
        schema = {"$ref": "#/components/schemas/Error"}
        answer: dict[str, object] = {
            "description": text,
            "content": {"application/json": {"schema": schema}},
        }
        if status in (429, 503):
            answer["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
        answers[str(status)] = answer
    return answers


def _get(text: str, media: str) -> Schema:
    return {"get": {"responses": {"200": {"description": text, "content": {media: {}}}}}}


def _object(kind: type) -> Schema:
    """Return the schema of a TypedDict."""
    properties: dict[str, Schema] = {}
    for name, annotation in kind.__annotations__.items():
        text = getattr(annotation, "__forward_arg__", str(annotation))
        inner = text[5:-1] if text.startswith("list[") else None
        properties[name] = (
            {"type": _TYPES[text]}
            if inner is None
            else {"type": "array", "items": {"type": _TYPES[inner]}}
        )
    return {"type": "object", "properties": properties, "required": list(properties)}


_TYPES = {"str": "string", "int": "integer", "float": "number"}
