"""The one way in. A feature declares typed functions; this module makes of each an operation of the API.

For every request: resolve the space, verify the token, check what the operation may ask, validate path, query and body,
call the function, render its model, map refusals to problems, write the log line. What an operation needs is data on
:class:`Operation`, from which the OpenAPI document and the authorisation matrix are made too.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, TypeAdapter

from chalicelib.errors import Refusal
from chalicelib.http.permissions import Permission
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.storage.acting import Crosses
from chalicelib.storage.spaces import Space

T = TypeVar("T")
Function = Callable[..., Any]
OfSession = Literal["gives", "ends"]


@dataclass(frozen=True, slots=True)
class Budget:
    """What a warm request may spend at most: DynamoDB calls and capacity units. Asserted by tests, never by the
    clock."""

    calls: int
    rcu: float = 0
    wcu: float = 0


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A model with what HTTP says besides: for operations whose answer is more than a body."""

    body: T
    status: int | None = None
    etag: str | None = None
    location: str | None = None
    cache: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Raw:
    """A body that is no JSON of ours: a page, a file's text."""

    content: str | bytes
    content_type: str
    etag: str | None = None
    cache: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


class Reader:
    """A type that comes from outside, and what reads it: built at its first use, as the models are."""

    def __init__(self, hint: Any) -> None:
        self._hint = hint

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """pydantic's way to the type. Two threads may both build it; either is good."""
        return TypeAdapter(self._hint)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API, as data."""

    method: str
    path: str
    function: Function
    feature: str
    may: Permission
    status: int
    budget: Budget | None
    cache: str | None
    creates: bool
    audited: bool
    while_suspended: bool
    session: OfSession | None  # what it does to one: a web client has the refresh token in a cookie (session_cookie.py)
    crosses: Crosses | None  # to whom its work may turn besides the space that it is asked of
    raises: tuple[type[Refusal], ...]
    media: str
    form: bool  # whether its body comes as a form too, as OAuth has it
    also: dict[int, str]  # further successful statuses that the function may choose, and what they mean
    audits: tuple[str, ...]  # fields of the body whose values the audit trail keeps
    parameters: dict[str, Reader]  # path parameters besides the space
    takes: frozenset[str]  # which of space, actor, body, query, circumstances the function asks for
    body: type[BaseModel] | None
    body_reader: Reader | None
    query: type[BaseModel] | None
    returns: Any
    answers: bool  # whether the function decides on status, validator or location itself

    @property
    def name(self) -> str:
        """Its operationId: the function's name, unique over the API."""
        return self.function.__name__

    @property
    def of_space(self) -> bool:
        """Whether it is asked of a space. One that takes the space's name as a plain parameter only tells of it, and
        answers whatever has become of the space."""
        return "{space}" in self.path and "space" not in self.parameters

    @property
    def writes(self) -> bool:
        """Whether it is neither safe nor idempotent by its method alone (RFC 9110, 9.2)."""
        return self.method not in ("GET", "HEAD")


OPERATIONS: list[Operation] = []


class Feature:
    """A feature's table of operations: ``courses = Feature("courses")``, then ``@courses.get(...)`` on its functions.

    Options are the fields of :class:`Operation`; ``may`` must be said. A path is below ``/v1`` unless it begins with
    ``//``.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def get(self, path: str, **options: Any) -> Callable[[Function], Function]:
        """A safe read."""
        return self._declare("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[Function], Function]:
        """A creation or an action; ``creates=True`` honours ``Idempotency-Key``."""
        return self._declare("POST", path, **options)

    def put(self, path: str, **options: Any) -> Callable[[Function], Function]:
        """A replacement, idempotent."""
        return self._declare("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Callable[[Function], Function]:
        """A partial edit."""
        return self._declare("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Callable[[Function], Function]:
        """A removal, idempotent."""
        return self._declare("DELETE", path, **options)

    def _declare(self, method: str, path: str, **options: Any) -> Callable[[Function], Function]:
        def declare(function: Function) -> Function:
            OPERATIONS.append(_operation(self.name, method, path, function, **options))
            return function

        return declare


def _operation(
    feature: str,
    method: str,
    path: str,
    function: Function,
    *,
    may: Permission,
    status: int | None = None,
    audited: bool | None = None,
    raises: Sequence[type[Refusal]] = (),
    also: Mapping[int, str] | None = None,
    audits: Sequence[str] = (),
    creates: bool = False,
    **plain: Any,
) -> Operation:
    parts = _signature(function, path)
    return Operation(
        method=method,
        path=f"/v1{path}" if not path.startswith("//") else path[1:],
        function=function,
        feature=feature,
        may=may,
        status=status or _usual_status(method, creates, parts["returns"]),
        creates=creates,
        audited=_is_audited(method, may) if audited is None else audited,
        raises=tuple(raises),
        also=dict(also or {}),
        audits=tuple(audits),
        **{**_PLAIN, **plain},
        **parts,
    )


_PLAIN: dict[str, Any] = {
    "budget": None,
    "cache": None,
    "while_suspended": False,
    "session": None,
    "crosses": None,
    "media": "application/json",
    "form": False,
}

_AUDITED = frozenset(
    {
        Permission.OPERATE,
        Permission.MANAGE_SPACE,
        Permission.MANAGE_PEOPLE,
        Permission.EDIT_COURSES,
        Permission.READ_LEARNERS,
    }
)


def _is_audited(method: str, may: Permission) -> bool:
    return method != "GET" and may in _AUDITED


def _usual_status(method: str, creates: bool, returns: Any) -> int:
    if returns is type(None):
        return 204
    return 201 if creates else 200


def _signature(function: Function, path: str) -> dict[str, Any]:
    """What the function asks for, read once from its types: no request pays for reflection."""
    hints = get_type_hints(function, include_extras=True)
    returns = hints.pop("return", type(None))
    takes, parameters = set(), {}
    body = query = None
    for name in inspect.signature(function).parameters:
        hint = hints[name]
        if hint is Space or hint is Actor or hint is Circumstances or _optional(hint) is Actor:
            takes.add(name)
        elif name == "body":
            takes.add(name)
            body = hint
        elif name == "query":
            takes.add(name)
            query = hint
        else:
            if "{" + name + "}" not in path:
                raise TypeError(f"{function.__name__}: {name} is neither known nor in {path}")
            parameters[name] = Reader(hint)
    return {
        "parameters": parameters,
        "takes": frozenset(takes),
        "body": body,
        "body_reader": Reader(body) if body is not None else None,
        "query": query,
        **_answer(returns),
    }


def _optional(hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        rest = [each for each in get_args(hint) if each is not type(None)]
        return rest[0] if len(rest) == 1 else None
    return None


def _answer(returns: Any) -> dict[str, Any]:
    """The model inside ``Answer[Model]``; everything else as it is."""
    if get_origin(returns) is Annotated:
        returns = get_args(returns)[0]
    if get_origin(returns) is Answer:
        return {"returns": get_args(returns)[0], "answers": True}
    return {"returns": returns, "answers": False}
