"""The role that a function assumes for one space at a time.

What it allows is what any space may need; what one session may do is cut down, when it is assumed, to that space's
tables and objects by name. Both stand in one place, ``chalicelib/storage/entitlements.py``; here its parts are
CloudFormation's.
"""

from __future__ import annotations

from typing import Any

from chalicelib.storage import entitlements
from chalicelib.storage.entitlements import Account
from infra.cloud.cloudformation import ARN, Json, attribute, policy, sub
from infra.cloud.keys import KEY

ARN_OF_ROLE = f"{ARN}iam::${{AWS::AccountId}}:role/hocmo-${{Stage}}-space"
_HERE = Account(
    partition="${AWS::Partition}",
    number="${AWS::AccountId}",
    region="${AWS::Region}",
    prefix="hocmo-${Stage}",
    bucket="${ContentBucket}",
    key_arn="${TheKey}",
    central="${Central}",
)


def resources(assuming: list[str]) -> Json:
    """The role, trusting these roles alone."""
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": [attribute(each) for each in assuming]},
        "Action": "sts:AssumeRole",
    }
    rights = {"PolicyName": "rights", "PolicyDocument": _filled_in(entitlements.role_policy(_HERE))}
    return {
        "SpaceRole": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": sub("hocmo-${Stage}-space"),
                "MaxSessionDuration": 3600,  # the most that code under a role gets, whatever were said here
                "AssumeRolePolicyDocument": policy(trust),
                "Policies": [rights],
            },
        }
    }


def _filled_in(part: Any) -> Any:
    """The same policy, with what CloudFormation is to fill in marked for it."""
    if isinstance(part, dict):
        return {name: _filled_in(value) for name, value in part.items()}
    if isinstance(part, list | tuple):
        return [_filled_in(value) for value in part]
    if isinstance(part, str) and "${" in part:
        return {"Fn::Sub": [part, {"TheKey": KEY}]} if "${TheKey}" in part else sub(part)
    return part
