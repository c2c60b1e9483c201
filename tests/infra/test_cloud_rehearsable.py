"""What the rehearsal deploys is what is deployed, but for what the emulator cannot judge."""

from __future__ import annotations

from typing import Any

from infra.cloud import template
from infra.cloud.cloudformation import Json
from infra.cloud.rehearsal.emulated import UNKNOWN_KEYS, UNNAMED_ACTIONS, rehearsable
from tests.infra.test_cloud_roles import statements


def without_conditions(part: Any) -> Any:
    if isinstance(part, list):
        return [without_conditions(each) for each in part if "aws:SecureTransport" not in str(each)]
    if isinstance(part, dict):
        left_out = {"Condition", "Resource"} if part.get("Action") in UNNAMED_ACTIONS else {"Condition"}
        return {name: without_conditions(each) for name, each in part.items() if name not in left_out}
    return part


def test_what_is_left_out_is_named() -> None:
    made = template.build()
    tried = rehearsable(made)
    assert made["Resources"].keys() - tried["Resources"].keys() == {"Budget"}
    del made["Resources"]["Budget"]
    stayed = {name: each for name, each in tried["Resources"].items() if name in made["Resources"]}
    for each in stayed.values():
        if each["Type"] == "AWS::ApiGateway::Deployment":
            del each["DependsOn"]
    assert without_conditions(stayed) == without_conditions(made["Resources"])


def test_what_the_gateway_refuses_with_is_that_of_its_description() -> None:
    tried = rehearsable(template.build())["Resources"]
    described = tried["Api"]["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"]
    added = [each["Properties"] for each in tried.values() if each["Type"] == "AWS::ApiGateway::GatewayResponse"]
    assert {each["ResponseType"]: each["ResponseTemplates"] for each in added} == {
        kind: told["responseTemplates"] for kind, told in described.items()
    }


def test_conditions_that_the_emulator_knows_stay() -> None:
    kept = keys(rehearsable(template.build())["Resources"])
    assert kept == keys(template.build()["Resources"]) - UNKNOWN_KEYS - {"aws:SecureTransport"}
    assert {"dynamodb:LeadingKeys", "s3:prefix"} <= kept


def keys(resources: Json) -> set[str]:
    return {
        key
        for resource in resources.values()
        for statement in statements(resource)
        for operator in statement.get("Condition", {}).values()
        for key in operator
    }
