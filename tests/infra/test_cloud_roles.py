"""Who may do what, read from the finished template: no wildcard without its reason, no right in the wrong hands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from infra.cloud import firewall, template, wildcards
from infra.cloud.cloudformation import Json
from tests.rights import INDEX, may

ROLES = {"ApiRole", "RunJobsRole", "ProvisionRole", "ApplyChangesRole", "TickRole", "MeterRole"}
CONTROL_PLANE = re.compile(
    r"dynamodb:(Create|Delete|Update|Describe|Restore|Export|Import)\w*(Table|Backup|TimeToLive)"
)


# Every kind of partition of the platform's table, by an example (docs/access-patterns.md), and who writes it how: by
# its own right, and not in one transaction with a space's items.
WRITTEN: dict[str, dict[str, set[str]]] = {
    "tenant#hue": {"api": {"PutItem", "UpdateItem"}, "provision": {"UpdateItem"}},
    "job#hue": {
        "apply_changes": {"PutItem"},
        **{name: {"PutItem", "UpdateItem"} for name in ("api", "run_jobs", "provision")},
    },
    "job#platform": {name: {"PutItem", "UpdateItem"} for name in ("api", "run_jobs", "provision")}
    | {"tick": {"PutItem"}, "apply_changes": {"PutItem"}},
    "audit#2026-11": {"api": {"PutItem", "UpdateItem"}},
    "person#1": {"api": {"PutItem", "UpdateItem", "DeleteItem"}, "run_jobs": {"PutItem"}},
    "login#email#a@hue.example": {"api": {"PutItem", "UpdateItem", "DeleteItem"}},
    "keepers#operator": {"api": {"PutItem", "UpdateItem", "DeleteItem"}},
    "tries#login#1": {"api": {"PutItem", "UpdateItem", "DeleteItem"}},
    "idempotency#1": {"api": {"PutItem", "UpdateItem", "DeleteItem"}},
    "quota#hue": {"api": {"PutItem", "UpdateItem"}},
    "national#1": {"api": {"PutItem", "UpdateItem"}, "run_jobs": {"UpdateItem"}},
    "usage-stored": {
        "api": {"PutItem", "UpdateItem"},
        "run_jobs": {"UpdateItem"},
        "provision": {"UpdateItem", "DeleteItem"},
    },
    "due#2026-12-24": {"api": {"PutItem"}, "run_jobs": {"PutItem"}},
    "digest#2026-12-24": {"api": {"PutItem"}, "run_jobs": {"PutItem"}, "apply_changes": {"PutItem"}},
    "usage#hue": {"meter": {"UpdateItem"}},
    "usage-month#2026-11": {"meter": {"UpdateItem"}},
    "metered#1": {"meter": {"PutItem"}},
    "keyring": {"api": {"PutItem"}},
    "space-key": {"api": {"PutItem"}},
    # A space's session counts, in one transaction with the space's own figures.
    "national-figures": {},
    "national-figures#2026-11": {},
    "national-figures#audiences": {},
    "national-figures#courses": {},
    "national-figures#skills#digcomp-2.2": {},
    "anything": {},
}
FUNCTIONS = ("api", "run_jobs", "provision", "apply_changes", "tick", "meter")
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")


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
    assert {each["Resource"]["Fn::Sub"].rpartition(":")[2] for each in refused} == {"table/hocmo-${Stage}-platform"}
    assert any("dynamodb:DeleteTable" in each["Action"] and "Condition" not in each for each in refused)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_function_reaches_a_tenants_items_only_as_the_space(made: Json, role: str) -> None:
    items = {
        resource.rpartition(":")[2]
        for action, resource in rights(made, role)
        if re.fullmatch(r"dynamodb:(\w*Item|Query|Scan)", action)
    }
    assert items <= {"table/hocmo-${Stage}-platform", "table/hocmo-${Stage}-platform/index/listed"}
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


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("partition", WRITTEN)
def test_a_function_writes_of_the_platform_what_its_code_writes(function: str, partition: str) -> None:
    allowed = {action for action in WRITES if may(function, action, [partition])}
    assert allowed == WRITTEN[partition].get(function, set())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_is_refused_hides_behind_nothing_that_is_allowed(function: str) -> None:
    others = [partition for partition in WRITTEN if partition != "national-figures"]
    for other in others:
        assert not may(function, "PutItem", [other, "national-figures"])
        assert function == "api" or not may(function, "PutItem", [other, "keyring"])


def test_who_may_not_write_the_keyring_is_refused_it_whatever_else_is_allowed(made: Json) -> None:
    refused = {
        role
        for role in ROLES
        for each in statements(made["Resources"][role]["Properties"]["Policies"])
        if each["Effect"] == "Deny"
        and each.get("Condition") == {"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": ["keyring"]}}
        and set(each["Action"]) == {f"dynamodb:{action}" for action in WRITES}
    }
    assert refused == ROLES - {"ApiRole"}


READ = {
    "tenant#hue": {"api", "run_jobs", "provision", "apply_changes"},
    "job#hue": {"api", "provision"},
    "person#1": {"api", "run_jobs"},
    "login#email#a@hue.example": {"api"},
    "keyring": {"api"},
    "space-key": {"api"},
}


@pytest.mark.parametrize("partition", READ)
def test_a_function_reads_of_the_platform_what_its_code_reads(partition: str) -> None:
    assert {each for each in FUNCTIONS if may(each, "GetItem", [partition])} == READ[partition]
    assert not [each for each in FUNCTIONS if may(each, "Scan", [partition])]


def test_only_the_clock_and_the_api_read_the_index(made: Json) -> None:
    assert {each for each in FUNCTIONS if may(each, "Query", ["jobs#open"], INDEX)} == {"api", "tick"}


def test_no_roles_policies_are_larger_than_iam_takes(made: Json) -> None:
    """10,240 characters of inline policies a role, white space aside, however long its names come out."""
    for role in (*ROLES, "SpaceRole"):
        written = json.dumps(made["Resources"][role]["Properties"]["Policies"], separators=(",", ":"))
        assert len(written) < 8_000, role


def test_only_who_answers_requests_seals(made: Json) -> None:
    """By its role, and by the key's own policy."""
    sealing = {
        role for role in ROLES for each in statements(made["Resources"][role]["Properties"]["Policies"])
        if each["Effect"] == "Allow" and listed(each["Action"]) == ["kms:Decrypt", "kms:Encrypt"]
    }  # fmt: skip
    assert sealing == {"ApiRole", "RunJobsRole", "ApplyChangesRole"}
    policy = made["Resources"]["Key"]["Properties"]["KeyPolicy"]["Statement"]
    (sealers,) = (each["Condition"]["ArnEquals"] for each in policy if each["Sid"] == "Sealing")
    assert sealers["aws:PrincipalArn"]["Fn::Sub"].endswith(":role/hocmo-${Stage}-api")


def test_only_jobs_send_short_messages_and_to_telephones_alone(made: Json) -> None:
    publishing = [
        (role, each["Effect"], resource)
        for role in ROLES
        for each in statements(made["Resources"][role]["Properties"]["Policies"])
        if "sns:Publish" in each["Action"]
        for resource in texts(each["Resource"])
    ]
    assert publishing == [("RunJobsRole", "Allow", "*"), ("RunJobsRole", "Deny", "arn:${AWS::Partition}:sns:*:*:*")]


def test_jobs_open_what_is_a_spaces_and_no_signing_key(made: Json) -> None:
    rights = statements(made["Resources"]["RunJobsRole"]["Properties"]["Policies"])
    kept = made["Resources"]["Key"]["Properties"]["KeyPolicy"]["Statement"]
    own = [each for each in rights if listed(each["Action"]) == ["kms:Decrypt", "kms:Encrypt"]]
    for each in [*own, *(each for each in kept if each["Sid"] == "Spaces")]:
        purposes = each["Condition"]["StringEquals"]["kms:EncryptionContext:purpose"]
        assert set(purposes) == {"space-key", "client-secret", "webhook-secret"}
    assert len(own) == 1


def test_what_follows_changes_opens_what_signs_credentials_alone(made: Json) -> None:
    rights = statements(made["Resources"]["ApplyChangesRole"]["Properties"]["Policies"])
    kept = made["Resources"]["Key"]["Properties"]["KeyPolicy"]["Statement"]
    own = [each for each in rights if listed(each["Action"]) == ["kms:Decrypt", "kms:Encrypt"]]
    (by_the_key,) = (each for each in kept if each["Sid"] == "Issuers")
    assert by_the_key["Condition"]["ArnEquals"]["aws:PrincipalArn"]["Fn::Sub"].endswith("-apply_changes")
    for each in [*own, by_the_key]:
        assert each["Condition"]["StringEquals"]["kms:EncryptionContext:purpose"] == "credential-key"
    assert len(own) == 1


def test_keys_open_signing_keys_of_this_stage_alone(made: Json) -> None:
    (sealing,) = (
        each
        for each in statements(made["Resources"]["ApiRole"]["Properties"]["Policies"])
        if listed(each["Action"]) == ["kms:Decrypt", "kms:Encrypt"]
    )
    assert sealing["Condition"]["StringEquals"].keys() == {"kms:EncryptionContext:app", "kms:EncryptionContext:stage"}
