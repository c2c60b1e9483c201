"""The template as the emulated account of the rehearsal takes it: all of it, but for what is named here.

The emulator knows no budgets, speaks HTTP, and resolves few of IAM's condition keys: a condition on a key that it
does not know never holds, and all that hangs on it would be refused. It reads what the gateway refuses with from
resources alone, and methods by their names alone. Rights, trust and resources stay as they are deployed.
"""

from __future__ import annotations

from typing import Any

from infra.cloud.api import ANY
from infra.cloud.cloudformation import Json

UNKNOWN_TYPES = {"AWS::Budgets::Budget"}
UNKNOWN_KEYS = {
    "kms:EncryptionContext:app",
    "kms:EncryptionContext:stage",
    "kms:GrantIsForAWSResource",
    "kms:ViaService",
    "lambda:FunctionArn",
    "ses:FromAddress",
}
METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
# What it knows no resource of, and asks for "*".
UNNAMED_ACTIONS = [
    ["ses:SendEmail"],
    ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
]


def rehearsable(template: Json) -> Json:
    """The same template without what the emulator cannot judge."""
    resources = {
        name: _known(each) for name, each in template["Resources"].items() if each["Type"] not in UNKNOWN_TYPES
    }
    return {**template, "Resources": _naming_methods(_refusing(resources))}


def _naming_methods(resources: Json) -> Json:
    """Each method that there is where the API's description says "any"."""
    api = resources["Api"]["Properties"]
    paths = {node: dict.fromkeys(METHODS, told[ANY]) for node, told in api["Body"]["paths"].items()}
    body = {**api["Body"], "paths": paths}
    return {**resources, "Api": {**resources["Api"], "Properties": {**api, "Body": body}}}


def _refusing(resources: Json) -> Json:
    """The gateway's refusals out of the API's description, as resources that are there before it is deployed: the
    emulator reads none in a description."""
    body = resources["Api"]["Properties"]["Body"]
    refusals = {
        f"Refusal{kind.title().replace('_', '')}": {
            "Type": "AWS::ApiGateway::GatewayResponse",
            "Properties": {"RestApiId": {"Ref": "Api"}, "ResponseType": kind, **_capitalised(told)},
        }
        for kind, told in body["x-amazon-apigateway-gateway-responses"].items()
    }
    after = {
        name: {**each, "DependsOn": sorted(refusals)}
        for name, each in resources.items()
        if each["Type"] == "AWS::ApiGateway::Deployment"
    }
    return {**resources, **refusals, **after}


def _capitalised(told: Json) -> Json:
    return {f"{name[0].upper()}{name[1:]}": value for name, value in told.items()}


def _known(part: Any) -> Any:
    if isinstance(part, list):
        return [_known(each) for each in part if not _asks_for_tls(each)]
    if not isinstance(part, dict):
        return part
    if "Effect" not in part:
        return {name: _known(value) for name, value in part.items()}
    conditions = {
        operator: kept
        for operator, keys in part.get("Condition", {}).items()
        if (kept := {key: value for key, value in keys.items() if key not in UNKNOWN_KEYS})
    }
    bare = {name: value for name, value in part.items() if name != "Condition"}
    if part.get("Action") in UNNAMED_ACTIONS:
        bare["Resource"] = "*"
    return {**bare, "Condition": conditions} if conditions else bare


def _asks_for_tls(statement: Any) -> bool:
    return isinstance(statement, dict) and "aws:SecureTransport" in str(statement.get("Condition", ""))
