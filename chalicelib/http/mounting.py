"""Every address of the API, given to Chalice from an index; a feature's code is imported by the first request for it.

A cold start is a person's wait, and importing all features takes longer than all else in it together. What learners and
strangers ask for is answered by one feature alone. Before the staff's operations everything is imported: who acts for
the staff is asked of other features (``standing.py``), and a job of any kind may be looked at.
The index (``operations.json``) is written by ``make openapi``, and a test holds it against the declarations.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from chalice.app import Response

from chalicelib.http import gate, problems
from chalicelib.http.dispatch import Api
from chalicelib.http.endpoint import OPERATIONS, Operation
from chalicelib.http.gate import GatewayRequest, InternalFault
from chalicelib.http.permissions import LEARN, Permission

INDEX = Path(__file__).with_name("operations.json")
_ALONE = (Permission.ANYONE, Permission.SIGNED_IN, LEARN)
_features: list[str] = []


def mount(app: Api, features: Sequence[str]) -> None:
    """Register what the index has; ``features`` are the modules whose import declares operations, jobs and reactions,
    in the order in which the API is described."""
    _features[:] = features
    for name, method, path, module in json.loads(INDEX.read_text(encoding="utf-8")):
        _route(app, method, path, name, partial(_found, name, module))
    app.register_middleware(problems_of_the_framework, "http")


def everything() -> None:
    """Import all features: for whoever takes jobs or changes, which may be anyone's, and for who describes the API."""
    for module in _features:
        import_module(module)
    # At once: a list that is being sorted reads as empty to other threads.
    OPERATIONS[:] = sorted(OPERATIONS, key=lambda operation: _features.index(_feature_of(operation)))


def mount_declared(app: Api) -> None:
    """Register what is declared and not in the index (yet): for development, and for tests that declare their own."""
    for operation in OPERATIONS:
        if operation.method not in app.routes.get(operation.path, {}):
            _route(app, operation.method, operation.path, operation.name, partial(_itself, operation))


def index() -> list[list[str]]:
    """What the index is to hold: name, method and path of every operation that is declared, and what to import before
    it; nothing names everything."""
    return [
        [each.name, each.method, each.path, _feature_of(each) if each.may in _ALONE and not each.audited else ""]
        for each in OPERATIONS
    ]


def _found(name: str, module: str) -> Operation:
    """The operation of that name. One look at a dictionary once its feature is imported."""
    found = _by_name.get(name)
    if found is None:
        if module:
            import_module(module)
        else:
            everything()
        _by_name.update({operation.name: operation for operation in OPERATIONS})
        found = _by_name[name]
    return found


_by_name: dict[str, Operation] = {}


def _itself(operation: Operation) -> Operation:
    return operation


def _feature_of(operation: Operation) -> str:
    """The module whose import declares it: its own, where that is mounted by itself, else its feature's routes."""
    module = operation.function.__module__
    return module if module in _features else f"{module.rpartition('.')[0]}.routes"


def _route(app: Api, method: str, path: str, name: str, find: Callable[[], Operation]) -> None:
    """What can be read can be asked about (RFC 9110, 9.3.2): the gateway counts the body of a HEAD answer and drops
    it."""

    def view(**path: str) -> Response:
        return gate.handle(find(), cast(GatewayRequest, app.current_request), path)

    view.__name__ = name
    methods = ["GET", "HEAD"] if method == "GET" else [method]
    app.route(path, methods=methods, name=name, content_types=[])(view)


def problems_of_the_framework(event: Any, get_response: Callable[[Any], Response]) -> Response:
    """What fails in Chalice itself reads as a problem document too."""
    response = get_response(event)
    if response.status_code < 400 or response.headers.get("Content-Type") == problems.CONTENT_TYPE:
        return response
    return gate.refuse(InternalFault(), event.headers, event.context)
