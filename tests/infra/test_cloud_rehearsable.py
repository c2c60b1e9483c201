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
    assert without_conditions(tried["Resources"]) == without_conditions(made["Resources"])


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
