"""Who may call what, for every operation there is: each role, each space's token, things of another tenant.

Nothing here is listed by hand. An operation that is declared is asked by everyone. A feature is a test: its operations
need the same setting, and all that is wrong with any of them is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

import app  # noqa: F401 (building the app declares every operation)
from chalicelib import config
from chalicelib.http import tokens
from chalicelib.http.endpoint import OPERATIONS, Operation
from chalicelib.http.permissions import ANYONE, SIGNED_IN, SPACE_ROLES, Role, allows
from chalicelib.storage.spaces import PLATFORM, platform
from tests.api import Api, Reply
from tests.emulated import Cloud
from tests.factories import open_space
from tests.http.asking import ask
from tests.http.contract import breaches
from tests.http.world import ROLES, THEIRS, Tenant, caller, expired, furnish, operator, signed_in
from tests.walks import walking

each_feature = pytest.mark.parametrize("feature", sorted({operation.feature for operation in OPERATIONS}))
OF_SPACES = [operation for operation in OPERATIONS if operation.of_space]
OF_THINGS = [operation for operation in OF_SPACES if operation.parameters]


@pytest.fixture(scope="module")
def ours(aws: Cloud) -> Tenant:
    return furnish(aws, config.current().central, "Trung ương")  # which may do all that a space may, and offer courses


@pytest.fixture(scope="module")
def theirs(aws: Cloud) -> Tenant:
    return furnish(aws, "bo-bi-mat", THEIRS)


@pytest.fixture(scope="module")
def suspended(aws: Cloud) -> str:
    return open_space("tam-dung", status="suspended").slug


def _of(feature: str, operations: list[Operation] = OPERATIONS) -> list[Operation]:
    return [operation for operation in operations if operation.feature == feature]


def _own(operation: Operation, tenant: Tenant, role: Role) -> Api:
    """A caller with that role and a token of where this operation's address leads, signed in for this request alone."""
    if operation.of_space:
        person = tenant.people.get(role)
        return signed_in(tenant.opened.space, person) if person else caller(role, tenant.slug)
    signed = tokens.verify(str(signed_in(platform(), operator()).token), PLATFORM)
    return Api(tokens.issue(replace(signed, roles=frozenset({role}))))


def _kept(operation: Operation, reply: Reply) -> Reply:
    """The answer, once it keeps to the document and is no defect."""
    assert reply.status != 500, reply.text
    assert breaches(operation, reply) == []
    return reply


def _refuses_by_itself(operation: Operation, reply: Reply) -> bool:
    """Whether a 401 or 403 is the function's own (a wrong password), which it declares."""
    return bool(reply.text) and reply.json.get("code") in {each.code for each in operation.raises}


@each_feature
def test_a_role_may_call_what_its_permissions_say(feature: str, ours: Tenant) -> None:
    with walking() as step:
        for operation, role in product(_of(feature), ROLES):
            with step(f"{operation.name} as {role}"):
                reply = _kept(operation, ask(operation, _own(operation, ours, role), ours.slug))
                if allows(frozenset({role}), operation.may):
                    assert reply.status not in (401, 403) or _refuses_by_itself(operation, reply)
                else:
                    reply.refused(403, "forbidden")


@each_feature
def test_nobody_may_call_only_what_is_public(feature: str, ours: Tenant) -> None:
    with walking() as step:
        for operation in _of(feature):
            with step(operation.name):
                reply = _kept(operation, ask(operation, Api(), ours.slug))
                if operation.may is ANYONE:
                    assert reply.status not in (401, 403) or _refuses_by_itself(operation, reply)
                else:
                    reply.refused(401, "unauthenticated")
                    assert reply.headers["www-authenticate"].startswith("Bearer ")


def _strangers(operation: Operation, ours: Tenant, theirs: Tenant) -> Iterator[tuple[str, Api]]:
    """Tokens that are worth nothing at this operation's address."""
    good = caller("admin", ours.slug) if operation.of_space else caller("operator", PLATFORM)
    for role in (SPACE_ROLES[0], SPACE_ROLES[-1]):
        yield f"another tenant's {role}", theirs.caller(role)
        if not operation.of_space:
            yield f"a space's {role}", ours.caller(role)
    if operation.of_space:
        yield "the platform's operator", caller("operator", PLATFORM)
    yield (
        "expired",
        expired("admin" if operation.of_space else "operator", ours.slug if operation.of_space else PLATFORM),
    )
    yield "forged", Api(str(good.token)[:-4] + "AAAA")
    yield "unsigned", Api(str(good.token).rpartition(".")[0] + ".")
    yield "nonsense", Api("x" * 5_000)


@each_feature
def test_a_token_of_elsewhere_is_worth_nothing(feature: str, ours: Tenant, theirs: Tenant) -> None:
    with walking() as step:
        for operation in _of(feature):
            ask(operation, Api(), ours.slug)  # what the first request makes is there for all that follow
            anonymous = ask(operation, Api(), ours.slug).status
            for kind, stranger in _strangers(operation, ours, theirs):
                with step(f"{operation.name} as {kind}"):
                    reply = _kept(operation, ask(operation, stranger, ours.slug))
                    if operation.may is ANYONE:
                        assert reply.status in (anonymous, 429)
                    else:
                        reply.refused(401, "invalid_token")


@each_feature
def test_a_foreign_thing_and_a_missing_one_look_alike(feature: str, ours: Tenant, theirs: Tenant) -> None:
    with walking() as step:
        for operation, role in product(_of(feature, OF_THINGS), SPACE_ROLES):
            with step(f"{operation.name} as {role}"):
                ids = {name: theirs.things[name] for name in operation.parameters if name in theirs.things}
                foreign = _kept(operation, ask(operation, ours.caller(role), ours.slug, ids))
                missing = _kept(operation, ask(operation, ours.caller(role), ours.slug))
                assert _alike(foreign, ids) == _alike(missing, ids)


def _alike(reply: Reply, ids: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
    """All of an answer but what is each request's own."""
    body = reply.json if reply.text else None
    if isinstance(body, dict):
        body.pop("request_id", None)
    own = {"retry-after"}
    return reply.status, body, {name: value for name, value in reply.headers.items() if name not in own}


@pytest.fixture(scope="module")
def hue(aws: Cloud, theirs: Tenant) -> Tenant:
    """A tenant that has never named a thing of the other's, so that its own audit trail does not either."""
    return furnish(aws, "hue", "Huế")


@each_feature
def test_nothing_of_one_tenant_is_seen_in_another(feature: str, hue: Tenant, theirs: Tenant) -> None:
    """Asked about what is there, by everyone who may ask: lists, reports and trails show one's own alone."""
    unmistakable = [THEIRS, theirs.slug, *(theirs.things[name] for name in ("course", "person", "file", "job"))]
    reading = [operation for operation in _of(feature, OF_SPACES) if operation.method == "GET"]
    with walking() as step:
        for operation, role in product(reading, SPACE_ROLES):
            with step(f"{operation.name} as {role}"):
                reply = _kept(operation, ask(operation, hue.caller(role), hue.slug, hue.things))
                seen = (
                    json.dumps(reply.json, ensure_ascii=False)
                    if reply.headers.get("content-type") == "application/json"
                    else reply.text
                )
                assert not [each for each in unmistakable if each in str(seen) or each in str(reply.headers)]


def test_the_world_has_something_to_leak(theirs: Tenant) -> None:
    """Otherwise the test before would pass for want of anything to find."""
    shown = [
        operation.name
        for operation in OF_SPACES
        if operation.method == "GET"
        and THEIRS in str(ask(operation, theirs.caller("admin"), theirs.slug, theirs.things).text)
    ]
    assert {"list_people", "list_courses", "read_course", "read_space"} <= set(shown)


@each_feature
def test_a_suspended_space_is_read_by_its_admins_alone(feature: str, suspended: str) -> None:
    with walking() as step:
        for operation, role in product(_of(feature, OF_SPACES), [*SPACE_ROLES, None]):
            with step(f"{operation.name} as {role}"):
                reply = _kept(operation, ask(operation, caller(role, suspended) if role else Api(), suspended))
                _require_suspended(operation, role, reply)


def _require_suspended(operation: Operation, role: Role | None, reply: Reply) -> None:
    if role == "admin":
        goes_on = operation.while_suspended or operation.method == "GET"
    else:
        goes_on = operation.while_suspended and operation.may in (ANYONE, SIGNED_IN)
    if role is None and operation.may is not ANYONE:
        reply.refused(401, "unauthenticated")
    elif goes_on:
        assert "space_suspended" not in str(reply.text)
    else:
        reply.refused(403, "space_suspended")


@each_feature
def test_a_space_that_is_not_there_is_not_there_for_anyone(feature: str, ours: Tenant) -> None:
    with walking() as step:
        for operation, who in product(_of(feature, OF_SPACES), (Api(), ours.caller("admin"))):
            with step(operation.name):
                ask(operation, who, "khong-co").refused(404, "not_found")
