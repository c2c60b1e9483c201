"""One request's way through an operation: this is all that stands between the gateway and a feature's function."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

from chalice.app import Chalice, Response
from pydantic import BaseModel, ValidationError

from chalicelib import logs
from chalicelib.errors import Forbidden, NotFound, Refusal, TooLarge, Unauthenticated, Unavailable
from chalicelib.http import audit, idempotency, problems, tokens
from chalicelib.http.caching import etag, matches
from chalicelib.http.endpoint import OPERATIONS, Answer, Operation, Raw
from chalicelib.http.permissions import STAFF, Permission, allows
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.storage import spaces
from chalicelib.storage.client import METER, Meter
from chalicelib.storage.spaces import PLATFORM, Space

MAX_BODY_BYTES = 10 * 1024 * 1024  # API Gateway's own limit; features set tighter ones
_JSON = "application/json"
_SECURITY = {"X-Content-Type-Options": "nosniff", "Strict-Transport-Security": "max-age=63072000; includeSubDomains"}


class InternalFault(Refusal):
    """A defect of ours. The log has the trace; the caller gets the request's id to quote."""

    status = 500
    code = "internal"
    vi = "Có lỗi ngoài dự kiến. Hãy thử lại; nếu vẫn lỗi, hãy báo đơn vị hỗ trợ kèm mã yêu cầu."
    en = "Something unexpected went wrong. Try again; if it persists, tell support the request id."


class SpaceSuspended(Forbidden):
    """The space is suspended: its people get a notice, its admins can still read and export."""

    code = "space_suspended"
    vi = "Không gian đào tạo này đang tạm dừng. Dữ liệu học tập của bạn được giữ nguyên. Hãy liên hệ đơn vị quản lý."
    en = "This training space is suspended. What you have learned is kept. Contact the organisation that runs it."


class SpaceOpening(Unavailable):
    """The space is still being opened."""

    code = "space_opening"
    vi = "Không gian đào tạo đang được mở. Hãy quay lại sau ít giây."
    en = "This training space is being opened. Come back in a few seconds."


class MethodNotAllowed(Refusal):
    """No operation of that method at this address."""

    status = 405
    code = "method_not_allowed"
    vi = "Địa chỉ này không hỗ trợ phương thức đó."
    en = "This address does not support that method."


class UnreadableBody(Refusal):
    """A body that is not UTF-8."""

    status = 400
    code = "unreadable_body"
    vi = "Nội dung gửi lên không phải UTF-8."
    en = "The body is not UTF-8."


class GatewayRequest(Protocol):
    """The parts of Chalice's request that we read."""

    method: str
    headers: Mapping[str, str]
    uri_params: Mapping[str, str] | None
    query_params: Any
    context: Mapping[str, Any]
    raw_body: bytes


@dataclass(slots=True)
class _Trace:
    """What the log line will say, gathered on the way."""

    space: str = ""
    actor: str = ""


def mount(app: Chalice) -> None:
    """Register every declared operation with Chalice."""
    for operation in OPERATIONS:
        app.route(operation.path, methods=[operation.method], name=operation.name, content_types=[])(
            _view(app, operation)
        )
    app.register_middleware(_problems_of_the_framework, "http")


def _view(app: Chalice, operation: Operation) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        return handle(operation, cast(GatewayRequest, app.current_request), path)

    view.__name__ = operation.name
    return view


def handle(operation: Operation, request: GatewayRequest, path: Mapping[str, str]) -> Response:
    """Answer one request: whatever happens inside, a response leaves and a log line is written."""
    started = time.perf_counter()
    meter, trace = Meter(), _Trace()
    remembered = METER.set(meter)
    request_id = str(request.context.get("requestId") or "")
    language = problems.language_of(request.headers.get("accept-language"))
    try:
        response = _answer(operation, request, path, trace)
        error: BaseException | None = None
    except Refusal as refusal:
        response, error = problems.response(refusal, language, request_id), None
    except Exception as defect:
        response, error = problems.response(InternalFault(), language, request_id), defect
    finally:
        METER.reset(remembered)
    response.headers.update(_SECURITY)
    _log(operation, request_id, trace, response.status_code, meter, started, error)
    return response


def _answer(operation: Operation, request: GatewayRequest, path: Mapping[str, str], trace: _Trace) -> Response:
    space = _space(operation, path, trace)
    actor = _actor(operation, request, space, trace)
    _admit(operation, space, actor)
    circumstances = _circumstances(operation, request, actor)
    arguments = _arguments(operation, request, path, space, actor, circumstances)

    def run() -> Response:
        with audit.record(operation, space, actor, circumstances, path):
            return _render(operation, operation.function(**arguments), circumstances)

    if operation.creates and circumstances.idempotency_key:
        return idempotency.once(space, circumstances, request.raw_body, run)
    return run()


def _space(operation: Operation, path: Mapping[str, str], trace: _Trace) -> Space:
    if not operation.of_space:
        return spaces.platform()
    slug = path["space"]
    if slug == PLATFORM or len(slug) > 40:
        raise NotFound
    space = spaces.find(slug)
    trace.space = space.slug
    return space


def _actor(operation: Operation, request: GatewayRequest, space: Space, trace: _Trace) -> Actor | None:
    """The verified caller. A public operation ignores a missing token, but takes note of a good one."""
    header = request.headers.get("authorization", "")
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        if operation.may is Permission.ANYONE:
            return None
        raise Unauthenticated
    try:
        actor = tokens.verify(token.strip(), space.slug)
    except Unauthenticated:
        if operation.may is Permission.ANYONE:
            return None
        raise
    trace.actor = actor.person_id
    return actor


def _admit(operation: Operation, space: Space, actor: Actor | None) -> None:
    if space.status == "opening" and not operation.while_suspended:
        raise SpaceOpening
    roles = actor.roles if actor else frozenset()
    if space.status == "suspended" and not operation.while_suspended and (operation.writes or not roles & STAFF):
        raise SpaceSuspended
    if not allows(roles, operation.may):
        raise Forbidden


def _circumstances(operation: Operation, request: GatewayRequest, actor: Actor | None) -> Circumstances:
    headers = request.headers
    identity = request.context.get("identity") or {}
    return Circumstances(
        request_id=str(request.context.get("requestId") or ""),
        address=str(identity.get("sourceIp") or ""),
        language=problems.language_of(headers.get("accept-language")),
        if_match=headers.get("if-match"),
        if_none_match=headers.get("if-none-match"),
        idempotency_key=(headers.get("idempotency-key") or None) if operation.creates else None,
        actor_id=actor.person_id if actor else "",
        operation=operation.name,
        headers=headers,
    )


def _arguments(
    operation: Operation,
    request: GatewayRequest,
    path: Mapping[str, str],
    space: Space,
    actor: Actor | None,
    circumstances: Circumstances,
) -> dict[str, Any]:
    given: dict[str, Any] = {"space": space, "actor": actor, "circumstances": circumstances}
    arguments = {name: given[name] for name in operation.takes if name in given}
    try:
        arguments.update({name: adapter.validate_python(path[name]) for name, adapter in operation.parameters.items()})
    except ValidationError:
        # A malformed identifier is the identifier of nothing.
        raise NotFound from None
    try:
        if operation.query is not None:
            arguments["query"] = operation.query.model_validate(_query(request))
        if operation.body_adapter is not None:
            arguments["body"] = operation.body_adapter.validate_json(_body(request))
    except ValidationError as error:
        raise problems.from_validation(error) from None
    return arguments


def _query(request: GatewayRequest) -> dict[str, Any]:
    parameters = request.query_params
    if not parameters:
        return {}
    # A parameter given once is a value; given again it is a list, which only list fields accept.
    return {name: values[0] if len(values := parameters.getlist(name)) == 1 else values for name in parameters}


def _body(request: GatewayRequest) -> bytes:
    body = request.raw_body
    if len(body) > MAX_BODY_BYTES:
        raise TooLarge
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableBody from None
    return body or b"{}"


def _render(operation: Operation, result: Any, circumstances: Circumstances) -> Response:
    answer = result if isinstance(result, Answer | Raw) else Answer(result)
    if isinstance(answer, Raw):
        return _respond(operation.status, answer.content, answer.content_type, answer, operation, circumstances)
    status = answer.status or operation.status
    if answer.body is None:
        return _respond(status, "", "", answer, operation, circumstances)
    content = answer.body.model_dump_json() if isinstance(answer.body, BaseModel) else _dump(answer.body)
    return _respond(status, content, _JSON, answer, operation, circumstances)


def _dump(body: Any) -> str:
    import json

    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _respond(
    status: int,
    content: str | bytes,
    content_type: str,
    answer: Answer[Any] | Raw,
    operation: Operation,
    circumstances: Circumstances,
) -> Response:
    cache = answer.cache or operation.cache or "no-store"
    headers: dict[str, str | list[str]] = {"Cache-Control": cache, **answer.headers}
    validator = answer.etag or (etag(content) if operation.method == "GET" and cache != "no-store" else None)
    if validator:
        headers["ETag"] = validator
    if operation.of_space and "public" not in cache:
        headers["Vary"] = "Authorization"
    if isinstance(answer, Answer) and answer.location:
        headers["Location"] = answer.location
    if (
        validator
        and operation.method == "GET"
        and circumstances.if_none_match
        and matches(circumstances.if_none_match, validator)
    ):
        return Response(body="", status_code=304, headers=headers)
    if content_type:
        headers["Content-Type"] = content_type
    return Response(body=content, status_code=status, headers=headers)


def _log(
    operation: Operation,
    request_id: str,
    trace: _Trace,
    status: int,
    meter: Meter,
    started: float,
    error: BaseException | None,
) -> None:
    logs.event(
        "request.answered",
        level=logging.ERROR if status == 500 else logging.INFO,
        error=error,
        request_id=request_id,
        tenant=trace.space,
        actor=trace.actor,
        operation=operation.name,
        status=status,
        ms=round((time.perf_counter() - started) * 1000, 1),
        calls=meter.calls,
        rcu=meter.rcu,
        wcu=meter.wcu,
        s3_calls=meter.s3_calls,
    )


def _problems_of_the_framework(event: Any, get_response: Callable[[Any], Response]) -> Response:
    """What Chalice refuses by itself (a method that no operation has) reads as a problem document too."""
    response = get_response(event)
    if response.status_code == 405:
        language = problems.language_of(event.headers.get("accept-language"))
        refused = problems.response(MethodNotAllowed(), language, str(event.context.get("requestId") or ""))
        refused.headers["Allow"] = response.headers.get("Allow", "")
        return refused
    return response
