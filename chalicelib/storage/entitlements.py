"""What credentials assumed for one space allow: the session policies, and the policy of the role that bounds them all.

A session may do what its policy *and* the role's policy allow, so each names all of it. A session names whole tables,
never a prefix of names: ``hocmo-prod-hue-*`` would also be the tables of ``hue-city``.

``infra/cloud`` makes the role of these very statements; there the parts of an :class:`Account` are CloudFormation's
placeholders (``${AWS::Region}``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.storage.names import INDEXED_KINDS, NATIONAL, PLATFORM, TABLE_KINDS
from chalicelib.storage.partitions import SHARED, Shared

Statement = dict[str, Any]

# What is done with items: nothing that makes, changes, describes, backs up, exports or drops a table.
_ITEMS = (
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
)
_ROWS = ("dynamodb:Query", "dynamodb:Scan")  # a scan is a recount's
# The same in fewer letters, for a session's policy has 2,048 of them: no other action of DynamoDB ends so.
_ITEMS_IN_SHORT = ("dynamodb:*Item",)
_OBJECTS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:PutObjectTagging", "s3:AbortMultipartUpload")
# DynamoDB uses the tables' key with the rights of whoever reads or writes an item.
_KEY_USE = ("kms:Decrypt", "kms:Encrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")


@dataclass(frozen=True, slots=True)
class Account:
    """Where a deployment lives. ``central`` is the space that writes what all read."""

    partition: str
    number: str
    region: str
    prefix: str
    bucket: str
    key_arn: str | None
    central: str

    def table(self, name: str) -> str:
        """A table's ARN."""
        return f"arn:{self.partition}:dynamodb:{self.region}:{self.number}:table/{self.prefix}-{name}"

    def objects(self, below: str) -> str:
        """The ARN of what begins with a name in the bucket."""
        return f"arn:{self.partition}:s3:::{self.bucket}/{below}"


def session_policy(account: Account, slug: str, beside: Shared | None = None) -> dict[str, Any]:
    """What code that acts for one space may do: items of its four tables, objects below its name, reading what is
    national. Who writes ``beside`` in the platform's table does no more than that and items: that keeps the policy
    within what STS takes."""
    statements = [_may((*_ITEMS_IN_SHORT, *_ROWS), *_tables_of(account, slug))]
    if beside:
        statements.append(_shared(account, beside))
    else:
        statements += [
            _may(_OBJECTS, account.objects(f"{slug}/*")),
            _listing(account, f"{slug}/*", f"{NATIONAL}/*"),
            _national_files(account, writes=slug == account.central),
        ]
    if account.key_arn:
        statements.append(_key_use(account, account.key_arn))
    return _policy(statements)


def role_policy(account: Account) -> dict[str, Any]:
    """The bound of all sessions: every tenant's tables and objects, and nothing of the control plane."""
    statements = [
        _may((*_ITEMS, *_ROWS), *_tables_of(account, "*")),
        _may(_OBJECTS, account.objects("*")),
        _listing(account, "*/*"),
        *(_shared(account, beside) for beside in SHARED),
    ]
    if account.key_arn:
        statements.append(_key_use(account, account.key_arn))
    return _policy(statements)


def _tables_of(account: Account, slug: str) -> list[str]:
    tables = [account.table(f"{slug}-{kind}") for kind in TABLE_KINDS]
    return tables + [account.table(f"{slug}-{kind}/index/*") for kind in INDEXED_KINDS]


def _listing(account: Account, *prefixes: str) -> Statement:
    """Listing what one's own name begins: to tell an object that is missing from one that may not be read."""
    bucket = f"arn:{account.partition}:s3:::{account.bucket}"
    return _may(("s3:ListBucket",), bucket) | {"Condition": {"StringLike": {"s3:prefix": _one_or_all(prefixes)}}}


def _national_files(account: Account, *, writes: bool) -> Statement:
    return _may(("s3:GetObject", "s3:PutObject") if writes else ("s3:GetObject",), account.objects(f"{NATIONAL}/*"))


def _shared(account: Account, beside: Shared) -> Statement:
    """Those partitions of the platform's table that are written together with a space's own."""
    shared = SHARED[beside]
    actions = tuple(f"dynamodb:{part}Item" for part in shared.by)
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": _one_or_all(shared.partitions)}}
    return _may(actions, account.table(PLATFORM)) | {"Condition": condition}


def _key_use(account: Account, key_arn: str) -> Statement:
    """The tables' key, through DynamoDB alone: it also seals what a tenant has no part in, such as signing keys."""
    service = {"kms:ViaService": f"dynamodb.{account.region}.amazonaws.com"}
    return _may(_KEY_USE, key_arn) | {"Condition": {"StringEquals": service}}


def _may(actions: tuple[str, ...], *resources: str) -> Statement:
    return {"Effect": "Allow", "Action": _one_or_all(actions), "Resource": _one_or_all(resources)}


def _one_or_all(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def _policy(statements: list[Statement]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}
