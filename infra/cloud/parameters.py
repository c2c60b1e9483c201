"""What differs between stages: the template's parameters, filled in from ``stages/*.toml``, and what hangs on them."""

from __future__ import annotations

from infra.cloud.cloudformation import Json

_RETENTIONS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827]


def _text(about: str, default: str | None = None, pattern: str | None = None) -> Json:
    found: Json = {"Type": "String", "Description": about}
    if default is not None:
        found["Default"] = default
    if pattern is not None:
        found["AllowedPattern"] = pattern
    return found


def _number(about: str, default: int, least: int = 0) -> Json:
    return {"Type": "Number", "Description": about, "Default": default, "MinValue": least}


PARAMETERS: Json = {
    # Without a hyphen: hocmo-STAGE-* must never match what belongs to another stage.
    "Stage": _text("The stage's name, in the names of all that it has", pattern="[a-z][a-z0-9]{0,15}"),
    "CostCentre": _text("Who pays: a tag on everything", "hocmo"),
    "CodeBucket": _text("The bucket of artefacts"),
    "CodeKey": _text("The package, named by its content"),
    "KeyArn": _text("A KMS key to take instead of making one: that of data which a former stack left", ""),
    "Domain": _text("The stage's host; its spaces are hosts below it. Empty: no CloudFront", ""),
    "CertificateArn": _text("Of us-east-1, for Domain and *.Domain", ""),
    "WebAclArn": _text("Of the edge stack, in us-east-1", ""),
    "PublicUrl": _text("Where people reach the stage, if it has no domain and not API Gateway's address", ""),
    "MailFrom": _text("The address that letters come from", pattern="[^@ ]+@[^@ ]+"),
    "MailDomain": _text("The domain of that address, which SES is to verify", pattern="[a-z0-9.-]+"),
    "PushHosts": _text(
        "Push services besides those of the known browsers: hosts, parted by spaces", "", "[a-z0-9. -]*"
    ),
    "SmsSender": _text("The registered name that short messages come from; empty: a number", "", "[A-Za-z0-9]{0,11}"),
    "MakesMailIdentity": {
        "Type": "String",
        "Description": "Whether this stack registers the domain with SES (one stack for each domain and region may)",
        "Default": "no",
        "AllowedValues": ["yes", "no"],
    },
    "Central": _text("The slug of the central ministry's space", "trung-uong", "[a-z0-9][a-z0-9-]*"),
    "LogRetentionDays": {**_number("Days that logs are kept", 30, 1), "AllowedValues": _RETENTIONS},
    "RequestsPerSecond": _number("The API's limit", 2000, 1),
    "RequestBurst": _number("How many at once before that limit counts", 4000, 1),
    "SetsAsideConcurrency": {
        "Type": "String",
        "Description": "Whether concurrency is reserved; a new account's 10 are too few for that",
        "Default": "no",
        "AllowedValues": ["yes", "no"],
    },
    "ApiConcurrency": _number("Containers set aside for the API, and its limit; 0: whatever the account has left", 0),
    "AlarmEmail": _text("Who is told of alarms; empty: nobody", ""),
    "Watched": {
        "Type": "String",
        "Description": "Whether there are alarms and a dashboard, which cost the same whether anybody comes or not",
        "Default": "yes",
        "AllowedValues": ["yes", "no"],
    },
    "BudgetUsd": _number("Dollars a month at which the budget's alarm is sent; 0: no budget", 0),
}

CONDITIONS: Json = {
    # A domain is served under its certificate, so the two come together (``stages.py`` sees to it).
    "HasDomain": {"Fn::Not": [{"Fn::Equals": [{"Ref": "CertificateArn"}, ""]}]},
    "HasWebAcl": {"Fn::Not": [{"Fn::Equals": [{"Ref": "WebAclArn"}, ""]}]},
    "HasPublicUrl": {"Fn::Not": [{"Fn::Equals": [{"Ref": "PublicUrl"}, ""]}]},
    "MakesKey": {"Fn::Equals": [{"Ref": "KeyArn"}, ""]},
    "MakesIdentity": {"Fn::Equals": [{"Ref": "MakesMailIdentity"}, "yes"]},
    "SetsAside": {"Fn::Equals": [{"Ref": "SetsAsideConcurrency"}, "yes"]},
    "BoundsApi": {"Fn::Not": [{"Fn::Equals": [{"Ref": "ApiConcurrency"}, "0"]}]},
    "IsWatched": {"Fn::Equals": [{"Ref": "Watched"}, "yes"]},
    "HasAlarmEmail": {"Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmEmail"}, ""]}]},
    "HasBudget": {
        "Fn::And": [
            {"Fn::Not": [{"Fn::Equals": [{"Ref": "BudgetUsd"}, "0"]}]},
            {"Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmEmail"}, ""]}]},
        ]
    },
}
