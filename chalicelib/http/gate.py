"""One request's way through an operation: this is all that stands between the gateway and a feature's function."""

from __future__ import annotations

import ipaddress
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from chalice.app import Response
from pydantic import ValidationError

from chalicelib import config, logs
from chalicelib.errors import Forbidden, Language, NotFound, Refusal, Unauthenticated, Unavailable
from chalicelib.http import (
    answers,
    audit,
    bodies,
    idempotency,
    paging,
    problems,
    quotas,
    session_cookie,
    standing,
    tokens,
)
from chalicelib.http.endpoint import Operation
from chalicelib.http.models import SLUG_PATTERN
from chalicelib.http.permissions import STAFF, Permission, Role, allows
from chalicelib.http.requests import Circumstances
from chalicelib.http.session_cookie import WebClient
from chalicelib.http.tokens import Actor
from chalicelib.storage import acting, spaces
from chalicelib.storage.client import METER, Meter
from chalicelib.storage.spaces import PLATFORM, Space

_SLUG = re.compile(SLUG_PATTERN)
# What a suspended space keeps open of these, it keeps open for all: its face, the way in and out.
DOORS = (Permission.ANYONE, Permission.SIGNED_IN)


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
    """What the log line will say, and who is to be answered, gathered on the way."""

    space: str = ""
    actor: str = ""
    refused: str = ""
    bytes_in: int = 0
    web: WebClient | None = None


def handle(operation: Operation, request: GatewayRequest, path: Mapping[str, str]) -> Response:
    """Answer one request: whatever happens inside, a response leaves and a log line is written."""
    started = time.perf_counter()
    meter, trace = Meter(), _Trace()
    remembered = METER.set(meter)
    request_id = str(request.context.get("requestId") or "")
    language = problems.language_of(request.headers.get("accept-language"))
    error: Exception | None = None
    try:
        response = _answer(operation, request, path, language, trace)
    except Exception as raised:
        error = raised
        response = _refusal(raised, language, request_id, trace)
    finally:
        METER.reset(remembered)
    response.headers = answers.SECURITY | response.headers
    _log(operation.name, request_id, trace, response, meter, started, error)
    return response


def refuse(refusal: Refusal, headers: Mapping[str, str], context: Mapping[str, Any]) -> Response:
    """The answer to what reaches no operation: nothing is asked of the database, and its line has neither an operation
    nor the path, which may hold anything."""
    started, trace = time.perf_counter(), _Trace()
    request_id = str(context.get("requestId") or "")
    response = _refusal(refusal, problems.language_of(headers.get("accept-language")), request_id, trace)
    response.headers = answers.SECURITY | response.headers
    _log("", request_id, trace, response, Meter(), started, None)
    return response


def _refusal(raised: Exception, language: Language, request_id: str, trace: _Trace) -> Response:
    refusal = raised if isinstance(raised, Refusal) else InternalFault()
    trace.refused = refusal.code
    response = problems.response(refusal, language, request_id)
    if trace.web and refusal.ends_session:
        response.headers["Set-Cookie"] = trace.web.forgetting()
    return response


def _answer(
    operation: Operation, request: GatewayRequest, path: Mapping[str, str], language: Language, trace: _Trace
) -> Response:
    address = _address(request)
    try:
        space = _space(operation, path, trace)
    except NotFound:
        quotas.admit(spaces.platform(), address)  # whoever guesses at spaces asks for none
        raise
    quotas.admit(space, address)
    with acting.on_behalf_of(space.slug, crosses=operation.crosses):
        return _inside(space, operation, request, path, address, language, trace)


def _inside(
    space: Space,
    operation: Operation,
    request: GatewayRequest,
    path: Mapping[str, str],
    address: str,
    language: Language,
    trace: _Trace,
) -> Response:
    if operation.session:
        trace.web = session_cookie.asking(request.headers, space.slug)
    actor = _actor(operation, request, space, trace)
    _admit(operation, space, actor)
    if operation.audited and actor:
        standing.require(space, actor)
    most = bodies.limit(for_anyone=operation.may is Permission.ANYONE)
    body = bodies.read(request, most, form=operation.form) if operation.body_reader else b""
    trace.bytes_in = len(body)
    circumstances = _circumstances(operation, request, path, address, actor, language, body, trace.web)
    query = _query(request)
    listed = _listed(operation, path, query) if operation.query else ""
    arguments = _arguments(operation, path, query, listed, body)
    given = {"space": space, "actor": actor, "circumstances": circumstances}
    arguments.update({name: given[name] for name in operation.takes if name in given})

    def run() -> Response:
        with audit.record(operation, space, actor, circumstances, path, arguments.get("body")) as record:
            result = operation.function(**arguments)
            record.tell(result)
            return answers.render(operation, result, circumstances, listed)

    if circumstances.idempotency_key is not None:
        return idempotency.once(space, circumstances, run)
    return run()


def _space(operation: Operation, path: Mapping[str, str], trace: _Trace) -> Space:
    if not operation.of_space:
        return spaces.platform()
    slug = path["space"]
    if slug == PLATFORM or not _SLUG.fullmatch(slug):
        raise NotFound
    space = spaces.find(slug)
    if space.status == "closing":
        raise NotFound  # only its last figures are still counted
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
    if space.status == "suspended" and not _goes_on(operation, roles):
        raise SpaceSuspended
    if space.status == "restoring" and not _is_face(operation):
        raise SpaceSuspended
    if not allows(roles, operation.may):
        raise Forbidden


def _goes_on(operation: Operation, roles: frozenset[Role]) -> bool:
    """Whether a suspended space still answers this: everyone finds its face and the way in and out, and its admins
    what they may read and export; an export begun is a write that others must not begin."""
    if operation.may in DOORS:
        return operation.while_suspended or (not operation.writes and bool(roles & STAFF))
    return bool(roles & STAFF) and (operation.while_suspended or not operation.writes)


def _is_face(operation: Operation) -> bool:
    """Whether this shows a space without touching its tables, which a restore replaces: nobody signs in meanwhile, and
    not even its admins look."""
    return operation.may is Permission.ANYONE and operation.while_suspended and not operation.writes


def _circumstances(
    operation: Operation,
    request: GatewayRequest,
    path: Mapping[str, str],
    address: str,
    actor: Actor | None,
    language: Language,
    body: bytes,
    web: WebClient | None,
) -> Circumstances:
    headers = request.headers
    key = (headers.get("idempotency-key") or None) if operation.creates else None
    return Circumstances(
        request_id=str(request.context.get("requestId") or ""),
        address=address,
        language=language,
        if_match=headers.get("if-match"),
        if_none_match=headers.get("if-none-match"),
        idempotency_key=key,
        actor_id=actor.person_id if actor else "",
        operation=operation.name,
        headers=headers,
        web=web,
        fingerprint=idempotency.fingerprint(key, operation.path.format(**path), body) if key else "",
    )


def _address(request: GatewayRequest) -> str:
    """Who asks. Behind the edge the gateway sees CloudFront, which tells the viewer's ``address:port`` in a header of
    its own; elsewhere anyone could write that header. X-Forwarded-For is never read: its start is the caller's."""
    gateway = str((request.context.get("identity") or {}).get("sourceIp") or "")
    if not config.current().edge:
        return gateway
    address, _, port = request.headers.get("cloudfront-viewer-address", "").rpartition(":")
    if not (port.isascii() and port.isdigit()):
        return gateway
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return gateway


def _arguments(
    operation: Operation, path: Mapping[str, str], query: dict[str, Any], listed: str, body: bytes
) -> dict[str, Any]:
    """What the function is called with, of what a client can write: each part as the type it declares."""
    try:
        arguments = {name: reader.adapter.validate_python(path[name]) for name, reader in operation.parameters.items()}
    except ValidationError:
        # A malformed identifier is the identifier of nothing.
        raise NotFound from None
    try:
        if operation.query is not None:
            cursor = query.get("cursor")
            if isinstance(cursor, str) and cursor:
                query["cursor"] = paging.unbind(cursor, listed)
            arguments["query"] = operation.query.model_validate(query)
        if operation.body_reader is not None:
            arguments["body"] = operation.body_reader.adapter.validate_json(body)
    except ValidationError as error:
        raise problems.from_validation(error) from None
    return arguments


def _query(request: GatewayRequest) -> dict[str, Any]:
    parameters = request.query_params
    if not parameters:
        return {}
    # A parameter given once is a value; given again it is a list, which only list fields accept.
    return {name: values[0] if len(values := parameters.getlist(name)) == 1 else values for name in parameters}


def _listed(operation: Operation, path: Mapping[str, str], query: Mapping[str, Any]) -> str:
    """Which list this is: of whom, and under which filters."""
    filters = sorted((name, value) for name, value in query.items() if name not in ("cursor", "limit"))
    return f"{operation.name} {sorted(path.items())} {filters}"


def _log(
    operation: str,
    request_id: str,
    trace: _Trace,
    response: Response,
    meter: Meter,
    started: float,
    error: BaseException | None,
) -> None:
    # What a person did wrong is told to that person; the trace is for what went wrong on our side. To come while a
    # space is being opened is only early.
    status = response.status_code
    ours = status >= 500 and not isinstance(error, SpaceOpening)
    logs.event(
        "request.answered",
        level=logging.ERROR if ours else logging.INFO,
        error=error if ours else None,
        request_id=request_id,
        tenant=trace.space,
        actor=trace.actor,
        operation=operation,
        status=status,
        refused=trace.refused,
        ms=round((time.perf_counter() - started) * 1000, 1),
        mb=logs.MEMORY_MB,
        bytes_in=trace.bytes_in,
        bytes_out=len(response.body.encode()) if isinstance(response.body, str) else len(response.body),
        **meter.facts(),
    )
