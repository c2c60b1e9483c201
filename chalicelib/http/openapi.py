"""The OpenAPI 3.1 document of this API, made from the declared operations: nothing in it is written by hand twice.

It is made at the first request for it, never when a container starts.
"""

from __future__ import annotations

import inspect
import json
import re
from contextlib import suppress
from functools import lru_cache
from http import HTTPStatus
from threading import Lock
from typing import Any, Literal

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from chalicelib.http import bodies, idempotency, mounting, openapi_parts, problems, refusals
from chalicelib.http.endpoint import OPERATIONS, Operation, Raw, Reader
from chalicelib.http.examples import NoExample, example
from chalicelib.http.openapi_parts import Json
from chalicelib.http.permissions import ANYONE, GRANTS
from chalicelib.http.problems import Problem

_SCHEMAS = "#/components/schemas/"
_PARAMETERS = "#/components/parameters/"
_RESPONSES = "#/components/responses/"
_making = Lock()
_HEADERS = "#/components/headers/"
_TYPE_BASE = "https://hocmo.example/docs#problem-"


class _Schemas(GenerateJsonSchema):
    """Pydantic's schemas without what says nothing, and with names that read well in clients' generated types."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never: a title made of the field's name says nothing."""
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> Json:
        """Without defaults of ``null``: that a field may be absent is said by ``required``."""
        found = super().default_schema(schema)
        return {name: value for name, value in found.items() if not (name == "default" and value is None)}

    def normalize_name(self, name: str) -> str:
        """``CoursePage`` rather than ``Page_Course_``."""
        listed = re.fullmatch(r"Page\[(\w+)\]", name)
        return super().normalize_name(f"{listed[1]}Page" if listed else name)


def document() -> Json:
    """The document of the operations that are declared, made once: pydantic builds no schemas in two threads."""
    with _making:
        return _document()


@lru_cache(maxsize=1)
def _document() -> Json:
    mounting.everything()
    return build(OPERATIONS)


@lru_cache(maxsize=1)
def text() -> str:
    """The document as it is served."""
    return json.dumps(document(), ensure_ascii=False, separators=(",", ":"))


def build(operations: list[Operation]) -> Json:
    """The document of these operations."""
    schemas, components = _all_schemas(operations)
    responses: Json = {}
    paths: dict[str, Json] = {}
    for operation in sorted(operations, key=lambda each: (each.feature, each.path)):
        described = _Described(operation, schemas, components, responses)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described.whole()
    responses = dict(sorted(responses.items()))
    return {
        "openapi": "3.1.0",
        "info": openapi_parts.INFO,
        "servers": [{"url": "/", "description": "Where this document is served."}],
        "tags": _tags(operations),
        "paths": paths,
        "components": {
            "schemas": _used(components, {"paths": paths, "responses": responses}),
            "parameters": openapi_parts.PARAMETERS,
            "headers": openapi_parts.HEADERS,
            "responses": responses,
            "securitySchemes": openapi_parts.SECURITY,
        },
    }


class _Described:
    """One operation as OpenAPI says it."""

    def __init__(self, operation: Operation, schemas: dict[Any, Json], components: Json, responses: Json) -> None:
        self.operation = operation
        self.schemas = schemas
        self.components = components
        self.responses = responses
        self.summary, self.description = docstring(operation.function)
        self.edits = 412 in refusals.of(operation)

    def whole(self) -> Json:
        """The operation object."""
        operation = self.operation
        found: Json = {
            "operationId": operation.name,
            "tags": [operation.feature],
            "summary": self.summary,
            "description": self.description,
            "security": self._security(),
            "parameters": self._parameters(),
            "requestBody": self._body(),
            "responses": {**self._successes(), **self._refusals()},
            "x-permission": operation.may.value,
            "x-roles": [role for role, grants in GRANTS.items() if operation.may in grants],
            "x-audited": operation.audited,
        }
        if operation.budget:
            budget = operation.budget
            found["x-budget"] = {"calls": budget.calls, "rcu": budget.rcu, "wcu": budget.wcu}
        return {name: value for name, value in found.items() if value not in (None, "")}

    def _security(self) -> list[Json]:
        if self.operation.may is not ANYONE:
            return [{"bearer": []}]
        return [{}, {"bearer": []}] if "actor" in self.operation.takes else []

    def _parameters(self) -> list[Json]:
        operation = self.operation
        found: list[Json] = [{"$ref": _PARAMETERS + "space"}] if operation.of_space else []
        for name in operation.parameters:
            schema = self.schemas[operation.name, name]
            found.append({"name": name, "in": "path", "required": True, **self._shown(schema)})
        found += self._query()
        if self.edits:
            needed = 428 in refusals.of(operation)
            found.append({"$ref": _PARAMETERS + ("if_match" if needed else "if_match_optional")})
        if self._has_validator() and operation.method == "GET":
            found.append({"$ref": _PARAMETERS + "if_none_match"})
        if idempotency.KeyReused in refusals.of(operation).get(422, ()):  # it honours the key, in whatever way
            found.append({"$ref": _PARAMETERS + "idempotency_key"})
        if operation.session:
            found.append({"$ref": _PARAMETERS + "client"})
        return [*found, {"$ref": _PARAMETERS + "accept_language"}]

    def _query(self) -> list[Json]:
        if self.operation.query is None:
            return []
        schema = self._resolved(self.schemas[self.operation.name, "query"])
        required = schema.get("required", ())
        return [
            {"name": name, "in": "query", "required": name in required, **self._shown(_present(part))}
            for name, part in schema.get("properties", {}).items()
        ]

    def _shown(self, schema: Json) -> Json:
        """A parameter's schema, its description moved to where readers of OpenAPI look for it."""
        about = schema.get("description")
        bare = {name: value for name, value in schema.items() if name != "description"}
        shown: Json = {"schema": bare, "description": about, "example": self._example(schema)}
        return {name: value for name, value in shown.items() if value is not None}

    def _body(self) -> Json | None:
        if self.operation.body_reader is None:
            return None
        schema = self.schemas[self.operation.name, "body"]
        return {
            "required": bool(self._resolved(schema).get("required")),
            "content": {bodies.FORM if self.operation.form else bodies.MEDIA_TYPES[0]: self._content(schema)},
            "x-max-bytes": bodies.limit(for_anyone=self.operation.may is ANYONE),
        }

    def _content(self, schema: Json) -> Json:
        shown = self._example(schema)
        return {"schema": schema, "examples": {"example": {"value": shown}} if shown is not None else {}}

    def _example(self, schema: Json) -> Any:
        """A value for the schema; a field that needs an example of its own and has none is found by a test, and must
        not take the whole document away."""
        with suppress(NoExample):
            return example(schema, self.components)
        return None

    def _successes(self) -> Json:
        operation = self.operation
        found = {str(operation.status): self._success(operation.status, HTTPStatus(operation.status).phrase)}
        for status, about in sorted(operation.also.items()):
            found[str(status)] = self._success(status, about)
        if operation.method == "GET" and self._has_validator():
            headers = {name: {"$ref": _HEADERS + name} for name in ("ETag", "Cache-Control")}
            found["304"] = {"description": "What `If-None-Match` names is current.", "headers": headers}
        return found

    def _success(self, status: int, about: str) -> Json:
        found: Json = {"description": about, "headers": self._headers(status)}
        empty = status in (204, 304) or 300 <= status < 400 or self.operation.returns is type(None)
        if not empty:
            found["content"] = self._answer()
        return found

    def _answer(self) -> Json:
        operation = self.operation
        if operation.returns is not Raw:
            return {"application/json": self._content(self.schemas[operation.name, "returns"])}
        return {operation.media: {"schema": {"type": "object" if operation.media.endswith("json") else "string"}}}

    def _headers(self, status: int) -> Json:
        names = ["Cache-Control"]
        if self._has_validator() and status < 300:
            names.append("ETag")
        if self.operation.answers and status in (201, 202, 301, 302, 303, 307, 308):
            names.append("Location")
        if self.operation.creates:
            names.append("Idempotent-Replayed")
        if self.operation.session:
            names.append("Set-Cookie")
        return {name: {"$ref": _HEADERS + name} for name in names}

    def _has_validator(self) -> bool:
        operation = self.operation
        if operation.returns is type(None):
            return False
        if operation.method != "GET":
            return operation.answers
        return operation.answers or operation.returns is Raw or operation.cache not in (None, "no-store")

    def _refusals(self) -> Json:
        found: Json = {}
        for status, classes in refusals.of(self.operation).items():
            name = ".".join([str(status), *(each.code for each in classes)])
            self.responses.setdefault(name, _problem_response(status, classes))
            found[str(status)] = {"$ref": _RESPONSES + name}
        return found

    def _resolved(self, schema: Json) -> Json:
        if "$ref" not in schema:
            return schema
        target: Json = self.components[schema["$ref"].removeprefix(_SCHEMAS)]
        return target


def docstring(function: Any) -> tuple[str, str]:
    """A function's summary and description, from its docstring."""
    first, _, rest = (inspect.getdoc(function) or "").replace("``", "`").partition("\n\n")
    return " ".join(first.split()), rest.strip()


def _present(schema: Json) -> Json:
    """A query parameter's schema when it is there: its absence is not a ``null`` that could be sent."""
    branches = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if len(branches) == len(schema.get("anyOf", ())):
        return schema
    rest = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    return {**branches[0], **rest} if len(branches) == 1 else {"anyOf": branches, **rest}


def _all_schemas(operations: list[Operation]) -> tuple[dict[Any, Json], Json]:
    """The JSON schema of everything that crosses the boundary, by operation and place, over joint definitions."""
    inputs: list[tuple[Any, Literal["validation", "serialization"], TypeAdapter[Any]]] = [
        (("", "problem"), "serialization", TypeAdapter(Problem))
    ]
    for operation in operations:
        named = {**operation.parameters, "body": operation.body_reader}
        named["query"] = Reader(operation.query) if operation.query else None
        inputs += [((operation.name, name), "validation", reader.adapter) for name, reader in named.items() if reader]
        if operation.returns not in (Raw, type(None)):
            inputs.append(((operation.name, "returns"), "serialization", TypeAdapter(operation.returns)))
    found, joint = TypeAdapter.json_schemas(inputs, ref_template=_SCHEMAS + "{model}", schema_generator=_Schemas)
    return {key: schema for (key, _), schema in found.items()}, dict(sorted(joint.get("$defs", {}).items()))


def _used(schemas: Json, where: Json) -> Json:
    """The schemas that anything refers to, directly or through others."""
    used: set[str] = set()
    fresh = _names(where)
    while fresh:
        used |= fresh
        fresh = _names({name: schemas[name] for name in fresh}) - used
    return {name: schema for name, schema in schemas.items() if name in used}


def _names(where: Json) -> set[str]:
    return set(re.findall(rf'"{_SCHEMAS}([^"]+)"', json.dumps(where)))


def _problem_response(status: int, classes: refusals.Refusals) -> Json:
    headers = ["Content-Language"]
    headers += ["WWW-Authenticate"] if status == HTTPStatus.UNAUTHORIZED else []
    headers += ["Retry-After"] if status in (409, 429, 503) else []
    told: Json = {"code": {"enum": [each.code for each in classes]}}
    for each in classes:
        told |= {name: _time(f"`{each.code}`: {meaning}") for name, meaning in each.times.items()}
    return {
        "description": "\n".join(f"* `{each.code}`: {each.en}" for each in classes),
        "headers": {name: {"$ref": _HEADERS + name} for name in headers},
        "content": {
            problems.CONTENT_TYPE: {
                "schema": {
                    "allOf": [
                        {"$ref": _SCHEMAS + "Problem"},
                        {"type": "object", "required": ["code"], "properties": told},
                    ]
                },
                "examples": {each.code: {"summary": each.en, "value": _problem(each)} for each in classes},
            }
        },
    }


def _time(meaning: str) -> Json:
    return {"type": "string", "format": "date-time", "description": meaning}


def _problem(refusal: type[Any]) -> Json:
    shown: Json = {
        "type": _TYPE_BASE + refusal.code,
        "title": HTTPStatus(refusal.status).phrase,
        "status": refusal.status,
        "code": refusal.code,
        "detail": refusal.vi,
        "request_id": "8b1c7c5e-2f0f-4a53-9a55-5f1f4f0f6f10",
    }
    shown |= dict.fromkeys(refusal.times, "2026-12-01T01:00:00.000Z")
    if refusal.oauth:
        shown["error"] = refusal.oauth
    if refusal.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        shown["errors"] = [{name: part.examples[0] for name, part in problems.BadField.model_fields.items()}]  # type: ignore[index]
    return shown


def _tags(operations: list[Operation]) -> list[Json]:
    modules = {operation.feature: inspect.getmodule(operation.function) for operation in operations}
    return [{"name": name, "description": docstring(module)[0]} for name, module in sorted(modules.items())]
