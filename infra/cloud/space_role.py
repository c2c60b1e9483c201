"""The role that a function assumes for one space at a time.

What it allows here is what any space may need, on the tables and prefixes of this stage alone. What one session may
do is cut down, when it is assumed, to the four tables and the prefix of that space, by name
(``chalicelib/storage/credentials``). Only functions that act for spaces are trusted with it.
"""

from __future__ import annotations

from chalicelib.storage.models import TABLE_KINDS
from infra.cloud.cloudformation import ARN, HERE, Json, allow, attribute, policy, sub
from infra.cloud.keys import BY_DYNAMODB, KEY, THROUGH_DYNAMODB

ARN_OF_ROLE = f"{ARN}iam::${{AWS::AccountId}}:role/hocmo-${{Stage}}-space"
_TABLE = f"{ARN}dynamodb:{HERE}:table/hocmo-${{Stage}}"
_ITEMS = [
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
]
_OBJECTS = [
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:GetObjectTagging",
    "s3:PutObject",
    "s3:PutObjectTagging",
]


def resources(assuming: list[str]) -> Json:
    """The role, trusting these roles alone."""
    return {
        "SpaceRole": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": sub("hocmo-${Stage}-space"),
                # Roles that assume roles get an hour at most, whatever is said here.
                "MaxSessionDuration": 3600,
                "AssumeRolePolicyDocument": policy(_trust(assuming)),
                "Policies": [{"PolicyName": "rights", "PolicyDocument": policy(*_statements())}],
            },
        }
    }


def _trust(assuming: list[str]) -> Json:
    return {
        "Effect": "Allow",
        "Principal": {"AWS": [attribute(each) for each in assuming]},
        "Action": "sts:AssumeRole",
    }


def _statements() -> list[Json]:
    tables = [sub(f"{_TABLE}-*-{kind}") for kind in TABLE_KINDS]
    indexes = [sub(f"{_TABLE}-*-{kind}/index/*") for kind in TABLE_KINDS]
    return [
        allow(_ITEMS, [*tables, *indexes]),
        # A batch of changes counts for the nation in the same transaction as for its space.
        allow(
            ["dynamodb:UpdateItem"],
            sub(f"{_TABLE}-platform"),
            **{"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["national-figures*"]}},
        ),
        allow(THROUGH_DYNAMODB, KEY, **BY_DYNAMODB),
        allow(_OBJECTS, sub("${ContentBucket.Arn}/*")),
        allow(["s3:ListBucket"], attribute("ContentBucket")),
    ]
