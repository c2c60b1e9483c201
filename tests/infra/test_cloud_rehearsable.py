"""What the rehearsal deploys is what is deployed, but for what the emulator cannot judge."""

from __future__ import annotations

from typing import Any

import pytest

from infra.cloud import template
from infra.cloud.api import ANY
from infra.cloud.cloudformation import Json
from infra.cloud.rehearsal.emulated import METHODS, UNKNOWN_KEYS, UNNAMED_ACTIONS, rehearsable
from tests.infra.test_cloud_roles import statements


def without_conditions(part: Any) -> Any:
    if isinstance(part, list):
        return [without_conditions(each) for each in part if "aws:SecureTransport" not in str(each)]
    if isinstance(part, dict):
        left_out = {"Condition", "Resource"} if part.get("Action") in UNNAMED_ACTIONS else {"Condition"}
        return {name: without_conditions(each) for name, each in part.items() if name not in left_out}
    return part


@pytest.fixture(scope="module")
def made() -> Json:
    """The resources of a stage's template."""
    found: Json = template.build()["Resources"]
    return found


@pytest.fixture(scope="module")
def tried(made: Json) -> Json:
    """The same as they are rehearsed."""
    found: Json = rehearsable({"Resources": made})["Resources"]
    return found


def described(resources: Json) -> Json:
    found: Json = resources["Api"]["Properties"]["Body"]
    return found


def test_what_is_left_out_is_named(made: Json, tried: Json) -> None:
    assert made.keys() - tried.keys() == {"Budget"}
    stays = {name: each for name, each in made.items() if name not in ("Budget", "Api")}
    stayed = {name: tried[name] for name in stays}
    for name, each in stayed.items():
        if each["Type"] == "AWS::ApiGateway::Deployment":
            stayed[name] = {part: told for part, told in each.items() if part != "DependsOn"}
    assert without_conditions(stayed) == without_conditions(stays)


def test_the_api_is_described_alike_but_for_its_methods(made: Json, tried: Json) -> None:
    for node, told in described(made)["paths"].items():
        assert described(tried)["paths"][node] == dict.fromkeys(METHODS, told[ANY])
    for resources in (made, tried):
        assert {**described(resources), "paths": None} == {**described(made), "paths": None}
        properties = resources["Api"]["Properties"]
        assert {**properties, "Body": None} == {**made["Api"]["Properties"], "Body": None}


def test_what_the_gateway_refuses_with_is_that_of_its_description(tried: Json) -> None:
    told = described(tried)["x-amazon-apigateway-gateway-responses"]
    added = [each["Properties"] for each in tried.values() if each["Type"] == "AWS::ApiGateway::GatewayResponse"]
    assert {each["ResponseType"]: each["ResponseTemplates"] for each in added} == {
        kind: each["responseTemplates"] for kind, each in told.items()
    }


def test_conditions_that_the_emulator_knows_stay(made: Json, tried: Json) -> None:
    kept = keys(tried)
    assert kept == keys(made) - UNKNOWN_KEYS - {"aws:SecureTransport"}
    assert {"dynamodb:LeadingKeys", "s3:prefix"} <= kept


def keys(resources: Json) -> set[str]:
    return {
        key
        for resource in resources.values()
        for statement in statements(resource)
        for operator in statement.get("Condition", {}).values()
        for key in operator
    }
