"""The customer key: it encrypts the people tables and the platform's table, and seals the keys that sign tokens.

Its policy lets the account administer it without using it; it is used through DynamoDB, or for sealing by the function
that answers requests. What either allows, a role's own policy must allow as well.
"""

from __future__ import annotations

from chalicelib.storage import secrets
from infra.cloud.cloudformation import Json, attribute, policy, ref, sub, when

# A stage that is deployed again over data that it left takes the key that they are encrypted with.
KEY = when("MakesKey", attribute("Key"), ref("KeyArn"))

_ADMINISTRATION = [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListAliases",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
]
# What DynamoDB does on behalf of whoever calls it (its guide, "Authorizing use of your customer managed key").
THROUGH_DYNAMODB = [
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
]
SEALING = ["kms:Decrypt", "kms:Encrypt"]
# What is sealed for a space is for jobs as for requests; the keys that sign tokens are not among it.
OF_SPACES: Json = {"StringEquals": {"kms:EncryptionContext:purpose": list(secrets.OF_SPACES)}}
# What signs a space's credentials, for whoever follows its changes.
OF_ISSUERS: Json = {"StringEquals": {"kms:EncryptionContext:purpose": secrets.OF_ISSUERS}}
BY_DYNAMODB: Json = {"StringEquals": {"kms:ViaService": sub("dynamodb.${AWS::Region}.amazonaws.com")}}


def resources() -> Json:
    """The key and its name."""
    key: Json = {
        "Type": "AWS::KMS::Key",
        "Condition": "MakesKey",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "Description": sub("hocmo-${Stage}: people, platform, signing keys"),
            "EnableKeyRotation": True,
            "PendingWindowInDays": 30,
            "KeyPolicy": policy(
                _of_account("Administration", _ADMINISTRATION, {}),
                _of_account("ThroughDynamoDB", [*THROUGH_DYNAMODB, "kms:CreateGrant"], BY_DYNAMODB),
                _of_account("Sealing", SEALING, {"ArnEquals": {"aws:PrincipalArn": _role("api")}}),
                _of_account("Spaces", SEALING, {"ArnEquals": {"aws:PrincipalArn": _role("run_jobs")}, **OF_SPACES}),
                _of_account(
                    "Issuers", SEALING, {"ArnEquals": {"aws:PrincipalArn": _role("apply_changes")}, **OF_ISSUERS}
                ),
            ),
        },
    }
    alias: Json = {
        "Type": "AWS::KMS::Alias",
        "Condition": "MakesKey",
        "Properties": {"AliasName": sub("alias/hocmo-${Stage}"), "TargetKeyId": ref("Key")},
    }
    return {"Key": key, "KeyAlias": alias}


def _role(function: str) -> Json:
    """Only what answers requests verifies and signs tokens; who seals for any purpose may add to the keys that do."""
    return sub(f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/hocmo-${{Stage}}-{function}")


def _of_account(name: str, actions: list[str], conditions: Json) -> Json:
    statement: Json = {
        "Sid": name,
        "Effect": "Allow",
        "Principal": {"AWS": sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
        "Action": actions,
        "Resource": "*",  # in a key's policy: this key
    }
    return {**statement, "Condition": conditions} if conditions else statement
