"""Who may do what: one role for each function, and the one that is assumed for a single space.

Roles are named, so that they can be told of each other; every right names the resources it is for.
What is wider than one resource is explained in ``wildcards.py``.
"""

from __future__ import annotations

from infra.cloud import space_role
from infra.cloud.cloudformation import ARN, HERE, Json, allow, attribute, policy, sub
from infra.cloud.keys import BY_DYNAMODB, KEY, OF_ISSUERS, OF_SPACES, SEALING, THROUGH_DYNAMODB

_TABLE = f"{ARN}dynamodb:{HERE}:table/hocmo-${{Stage}}"
_FUNCTION = f"{ARN}lambda:{HERE}:function:hocmo-${{Stage}}"
_PLATFORM = sub(f"{_TABLE}-platform")
_LISTED = sub(f"{_TABLE}-platform/index/listed")
_WRITES = ["dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
# Of a session's context: what a sealed key is, so that one secret cannot be opened as another.
_SEALED_FOR: Json = {
    "StringEquals": {"kms:EncryptionContext:app": "hocmo", "kms:EncryptionContext:stage": sub("${Stage}")}
}


def resources() -> Json:
    """The roles of the functions, and the spaces' own."""
    found: Json = {role(name): _role(name, statements) for name, statements in RIGHTS.items()}
    return {**found, **space_role.resources([role(name) for name in ASSUMING])}


def role(function: str) -> str:
    """The logical name of a function's role."""
    return "".join(part.capitalize() for part in function.split("_")) + "Role"


def _role(name: str, statements: list[Json]) -> Json:
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": sub(f"hocmo-${{Stage}}-{name}"),
            "AssumeRolePolicyDocument": policy(_trust_in_lambda()),
            "Policies": [{"PolicyName": "rights", "PolicyDocument": policy(_own_log(name), *statements)}],
        },
    }


def _trust_in_lambda() -> Json:
    return {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def _own_log(name: str) -> Json:
    group = f"{ARN}logs:{HERE}:log-group:/aws/lambda/hocmo-${{Stage}}-{name}:*"
    return allow(["logs:CreateLogStream", "logs:PutLogEvents"], sub(group))


def _platform(actions: list[str], *partitions: str) -> Json:
    """Of the platform's table these partitions alone. Of a transaction each part is judged by itself."""
    keys: Json = {"dynamodb:LeadingKeys": list(partitions)}
    return allow([f"dynamodb:{action}" for action in actions], _PLATFORM, **{"ForAllValues:StringLike": keys})


def _uses_key() -> Json:
    """What DynamoDB does with the table's key in the name of whoever reads or writes an item."""
    return allow(THROUGH_DYNAMODB, KEY, **BY_DYNAMODB)


def _never_the_keyring() -> Json:
    """Whatever else a role comes to be allowed: who adds a key that signs tokens is everybody."""
    keyring: Json = {"dynamodb:LeadingKeys": ["keyring"]}
    condition: Json = {"ForAnyValue:StringEquals": keyring}
    return {"Effect": "Deny", "Action": _WRITES, "Resource": _PLATFORM, "Condition": condition}


def _hints() -> Json:
    return allow(["sqs:SendMessage"], [attribute("JobsQueue"), attribute("ProvisioningQueue")])


def _takes(queue: str) -> Json:
    """What Lambda does in the function's name to hand messages over."""
    return allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], attribute(queue))


def _acts_for_a_space() -> Json:
    return allow(["sts:AssumeRole"], sub(space_role.ARN_OF_ROLE))


def _seals() -> Json:
    return allow(SEALING, KEY, **_SEALED_FOR)


def _seals_for_spaces() -> Json:
    return allow(SEALING, KEY, StringEquals={**_SEALED_FOR["StringEquals"], **OF_SPACES["StringEquals"]})


def _seals_credential_keys() -> Json:
    return allow(SEALING, KEY, StringEquals={**_SEALED_FOR["StringEquals"], **OF_ISSUERS["StringEquals"]})


def _sends_mail() -> Json:
    identity = f"{ARN}ses:{HERE}:identity"
    return allow(
        ["ses:SendEmail"],
        [sub(f"{identity}/${{MailFrom}}"), sub(f"{identity}/${{MailDomain}}")],
        StringEquals={"ses:FromAddress": sub("${MailFrom}")},
    )


def _sends_sms() -> list[Json]:
    """To telephones, which have no name that a policy could say; to no topic, which has."""
    topics = {"Effect": "Deny", "Action": ["sns:Publish"], "Resource": sub("arn:${AWS::Partition}:sns:*:*:*")}
    return [allow(["sns:Publish"], "*"), topics]


def _makes_tables() -> list[Json]:
    tables = sub(f"{_TABLE}-*")
    control = ["CreateTable", "DeleteTable", "DescribeTable", "UpdateTable", "DescribeTimeToLive", "UpdateTimeToLive"]
    control += ["DescribeContinuousBackups", "UpdateContinuousBackups", "ListTagsOfResource", "TagResource"]
    grants: Json = {"Bool": {"kms:GrantIsForAWSResource": "true"}, **BY_DYNAMODB}
    return [
        allow([f"dynamodb:{action}" for action in control], tables),
        # The platform's table is the deployment's: no function makes, changes or drops it.
        {
            "Effect": "Deny",
            "Action": [f"dynamodb:{action}" for action in control if not action.startswith(("Describe", "List"))],
            "Resource": sub(f"{_TABLE}-platform"),
        },
        allow(["kms:CreateGrant"], KEY, **grants),
    ]


def _attaches_streams() -> list[Json]:
    mappings = sub(f"{ARN}lambda:{HERE}:event-source-mapping:*")
    of_changes: Json = {"ArnLike": {"lambda:FunctionArn": sub(f"{_FUNCTION}-apply_changes")}}
    change = ["lambda:DeleteEventSourceMapping", "lambda:GetEventSourceMapping", "lambda:UpdateEventSourceMapping"]
    return [
        allow(["lambda:CreateEventSourceMapping"], "*", **of_changes),
        allow(change, mappings, **of_changes),
        allow(["lambda:ListEventSourceMappings"], "*"),
    ]


def _reads_streams() -> Json:
    reads = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
    return allow(reads, sub(f"{_TABLE}-*-learning/stream/*"))


def _follows_streams() -> list[Json]:
    """What Lambda does in the function's name to hand changes over, and to put aside those that fail for good."""
    return [
        _reads_streams(),
        allow(["dynamodb:ListStreams"], "*"),
        allow(["sqs:SendMessage"], attribute("ChangesDeadQueue")),
    ]


# Of the platform's table each function reads and writes what its own code does by its own right
# (docs/access-patterns.md); what stands in one transaction with a space's items goes by the space's session.
_JOBS = _platform(["PutItem", "UpdateItem"], "job#*")
RIGHTS: dict[str, list[Json]] = {
    "api": [
        allow(["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"], [_PLATFORM, _LISTED]),
        _JOBS,
        _platform(["PutItem", "UpdateItem"], "tenant#*", "audit#*", "quota#*", "usage-stored", "national#*"),
        _platform(["PutItem", "UpdateItem"], "credential#*", "issuer#*"),
        _platform(["PutItem"], "framework#*", "frameworks"),  # what the centre imports
        _platform(["PutItem"], "due#*", "digest#*"),  # on which days a space has somebody to remind, or to write to
        # Operators: their accounts, sessions and tries, and what they asked for under a key.
        _platform(
            ["PutItem", "UpdateItem", "DeleteItem"], "person#*", "login#*", "keepers#*", "tries#*", "idempotency#*"
        ),
        _platform(["PutItem"], "keyring", "space-key"),
        _uses_key(),
        _seals(),
        _hints(),
        _acts_for_a_space(),
    ],
    "run_jobs": [
        _platform(["GetItem", "Query"], "tenant#*", "person#*", "national#*", "usage-month#*", "usage-stored"),
        _JOBS,
        _platform(["UpdateItem"], "national#*"),  # which version an adopter has
        _platform(["UpdateItem"], "usage-stored"),  # the pictures that a package of questions brings
        _platform(["PutItem"], "person#*"),  # an operator's one-time link
        _platform(["PutItem", "Query"], "due#*", "digest#*"),
        _platform(["GetItem"], "national-figures"),  # how many more learners a list may bring
        _platform(["GetItem", "BatchGetItem"], "credential#*", "issuer#*"),  # what a key signed that was withdrawn
        _never_the_keyring(),
        _uses_key(),
        _seals_for_spaces(),
        _hints(),
        _acts_for_a_space(),
        _takes("JobsQueue"),
        _sends_mail(),
        *_sends_sms(),
    ],
    "provision": [
        _platform(["GetItem"], "tenant#*", "job#*"),
        _JOBS,
        _platform(["UpdateItem"], "tenant#*"),
        _platform(["UpdateItem", "DeleteItem"], "usage-stored"),
        _never_the_keyring(),
        _uses_key(),
        _hints(),
        _acts_for_a_space(),
        _takes("ProvisioningQueue"),
        *_makes_tables(),
        *_attaches_streams(),
        _reads_streams(),  # a space is closed only when its last change is counted
    ],
    "apply_changes": [
        _platform(["GetItem"], "tenant#*", "framework#*"),
        _platform(["PutItem"], "job#*", "digest#*"),  # the delivery of results to an app, a letter of what is new
        # What was achieved is certified here: the register, and the issuer's keys alone among what is sealed.
        _platform(["GetItem", "PutItem", "UpdateItem"], "credential#*", "issuer#*"),
        _seals_credential_keys(),
        _hints(),
        _never_the_keyring(),
        _uses_key(),
        _acts_for_a_space(),
        *_follows_streams(),
    ],
    "tick": [
        allow(["dynamodb:Query"], _LISTED),  # the open jobs
        _platform(["PutItem"], "job#platform"),  # the survey of each night
        _never_the_keyring(),
        _uses_key(),
        _hints(),
    ],
    "meter": [
        _platform(["PutItem"], "metered#*"),
        _platform(["UpdateItem"], "usage#*", "usage-month#*"),
        _never_the_keyring(),
        _uses_key(),
        allow(["sqs:SendMessage"], attribute("MeterDeadQueue")),
    ],
}
ASSUMING = ("api", "run_jobs", "provision", "apply_changes")
