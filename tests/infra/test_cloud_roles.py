"""Who may do what, read from the finished template: no wildcard without its reason, no right in the wrong hands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from infra.cloud import firewall, template, wildcards
from infra.cloud.cloudformation import Json

ROLES = {"ApiRole", "RunJobsRole", "ProvisionRole", "ApplyChangesRole", "TickRole", "MeterRole"}
CONTROL_PLANE = re.compile(
    r"dynamodb:(Create|Delete|Update|Describe|Restore|Export|Import)\w*(Table|Backup|TimeToLive)"
)


@pytest.fixture(scope="module")
def made() -> Json:
    return template.build()


def statements(part: Any) -> Iterator[Json]:
    """Every statement of every policy below."""
    if isinstance(part, dict):
        if "Effect" in part and "Action" in part:
            yield part
        else:
            for each in part.values():
                yield from statements(each)
    elif isinstance(part, list):
        for each in part:
            yield from statements(each)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def texts(value: Any) -> Iterator[str]:
    """The texts that a resource may come to."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)


def unexplained(made: Json) -> list[str]:
    found = []
    for name, resource in made["Resources"].items():
        for statement in statements(resource["Properties"]):
            if statement["Effect"] == "Allow" and "Resource" in statement:
                found += [f"{name}: {each}" for each in _unexplained(statement, resource["Type"])]
    return found


def _unexplained(statement: Json, kind: str) -> Iterator[str]:
    actions = listed(statement["Action"])
    yield from (each for each in actions if "*" in each and each not in wildcards.ACTIONS)
    for resource in texts(statement["Resource"]):
        if resource == "*" and kind not in wildcards.MEANING_ITSELF:
            yield from (each for each in actions if each not in wildcards.WITHOUT_RESOURCE)
        elif resource != "*" and "*" in resource and not _is_explained(resource):
            yield resource


def _is_explained(resource: str) -> bool:
    return any(re.search(rf"(^|[:]){re.escape(each)}$", resource) for each in wildcards.RESOURCES)


def test_no_wildcard_is_without_a_reason(made: Json) -> None:
    assert unexplained(made) == []
    assert unexplained(firewall.template()) == []


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "arn:x:dynamodb:r:1:table/a"},
        {"Effect": "Allow", "Action": ["dynamodb:PutItem"], "Resource": "*"},
        {"Effect": "Allow", "Action": ["dynamodb:PutItem"], "Resource": [{"Fn::Sub": "arn:x:dynamodb:r:1:table/*"}]},
        {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": {"Fn::Join": ["", ["${Other}", "/*"]]}},
    ],
)
def test_the_reading_finds_a_wildcard(statement: Json) -> None:
    role = {"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyDocument": {"Statement": [statement]}}]}}
    assert unexplained({"Resources": {"Role": role}})


def test_no_reason_stands_for_nothing(made: Json) -> None:
    told = {text for each in made["Resources"].values() for text in texts(each["Properties"])}
    for reason in (*wildcards.WITHOUT_RESOURCE, *wildcards.ACTIONS):
        assert reason in told
    for reason in wildcards.RESOURCES:
        assert any(text.endswith(reason) for text in told), reason


def rights(made: Json, role: str) -> list[tuple[str, str]]:
    """Each action that a role is allowed, with each resource it is allowed on."""
    return [
        (action, resource)
        for statement in statements(made["Resources"][role]["Properties"]["Policies"])
        if statement["Effect"] == "Allow"
        for action in listed(statement["Action"])
        for resource in texts(statement["Resource"])
    ]


def test_each_function_has_a_role_of_its_own(made: Json) -> None:
    taken = [
        each["Properties"]["Role"]["Fn::GetAtt"][0]
        for each in made["Resources"].values()
        if each["Type"] == "AWS::Lambda::Function"
    ]
    assert sorted(taken) == sorted(ROLES)


def test_only_provisioning_makes_tables_and_attaches_streams(made: Json) -> None:
    able = {
        role
        for role in (*ROLES, "SpaceRole")
        for action, _ in rights(made, role)
        if CONTROL_PLANE.match(action) or action.endswith("EventSourceMapping")
    }
    assert able == {"ProvisionRole"}


def test_provisioning_cannot_touch_the_platforms_table(made: Json) -> None:
    refused = [
        each
        for each in statements(made["Resources"]["ProvisionRole"]["Properties"]["Policies"])
        if each["Effect"] == "Deny"
    ]
    assert [each["Resource"]["Fn::Sub"].rpartition(":")[2] for each in refused] == ["table/hocmo-${Stage}-platform"]
    assert "dynamodb:DeleteTable" in refused[0]["Action"]


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_function_reaches_a_tenants_items_only_as_the_space(made: Json, role: str) -> None:
    items = {
        resource.rpartition(":")[2]
        for action, resource in rights(made, role)
        if re.fullmatch(r"dynamodb:(\w*Item|Query|Scan)", action)
    }
    assert items == {"table/hocmo-${Stage}-platform", "table/hocmo-${Stage}-platform/index/listed"}
    assert not [action for action, _ in rights(made, role) if action.startswith("s3:")]


def test_who_may_be_a_space_and_whom_the_space_trusts_are_the_same(made: Json) -> None:
    may = {role for role in ROLES if any(action == "sts:AssumeRole" for action, _ in rights(made, role))}
    trust = made["Resources"]["SpaceRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    trusted = {each["Fn::GetAtt"][0] for each in trust[0]["Principal"]["AWS"]}
    assert may == trusted == {"ApiRole", "RunJobsRole", "ProvisionRole", "ApplyChangesRole"}
    assert len(trust) == 1


def test_a_space_may_do_nothing_of_the_platforms_but_what_its_keys_allow(made: Json) -> None:
    on_platform = [
        each
        for each in statements(made["Resources"]["SpaceRole"]["Properties"]["Policies"])
        if any("-platform" in text for text in texts(each["Resource"]))
    ]
    assert on_platform
    for each in on_platform:
        assert "dynamodb:LeadingKeys" in next(iter(each["Condition"].values()))
        assert not {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:DeleteItem"} & set(each["Action"])


def test_keys_open_signing_keys_of_this_stage_alone(made: Json) -> None:
    for role in ("ApiRole", "RunJobsRole"):
        sealing = [
            each
            for each in statements(made["Resources"][role]["Properties"]["Policies"])
            if listed(each["Action"]) == ["kms:Decrypt", "kms:Encrypt"]
        ]
        assert len(sealing) == 1
        assert sealing[0]["Condition"]["StringEquals"].keys() == {
            "kms:EncryptionContext:app",
            "kms:EncryptionContext:stage",
        }
