"""The Lambda functions, what feeds them, and where they write their logs.

Which functions there are, their handlers, memory and time come from Chalice's packager.
"""

from __future__ import annotations

from infra.cloud import runtime
from infra.cloud.cloudformation import Json, attribute, ref, sub, when
from infra.cloud.keys import KEY
from infra.cloud.packaged import Packaged
from infra.cloud.roles import role
from infra.cloud.runtime import Platform
from infra.cloud.space_role import ARN_OF_ROLE

# How many of a function may run at once, where the account sets concurrency aside for them: counting must go on while
# the API is under a storm, and what makes tables shall not ask DynamoDB for more at once than it builds. It is their
# limit too: no tenant's jobs take the API's.
_RESERVED = {"run_jobs": 50, "provision": 5, "apply_changes": 100, "tick": 1, "meter": 5}
_QUEUES = {"run_jobs": ("JobsQueue", 5, 50), "provision": ("ProvisioningQueue", 1, 5)}


def resources(packaged: Packaged, platform: Platform) -> Json:
    """Functions, log groups, queues' mappings and the schedule."""
    found: Json = {}
    for name, told in packaged.functions.items():
        found[logical(name)] = _function(name, told, platform)
        found[f"{logical(name)}Log"] = {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {
                "LogGroupName": sub(f"/aws/lambda/hocmo-${{Stage}}-{name}"),
                "RetentionInDays": ref("LogRetentionDays"),
            },
        }
    for name, (queue, batch, concurrency) in _QUEUES.items():
        found[f"{logical(name)}Source"] = _queue_source(name, queue, batch, concurrency)
    return {**found, **_schedule(), **_metering()}


def logical(function: str) -> str:
    """The logical name of a function."""
    return "".join(part.capitalize() for part in function.split("_")) + "Function"


def _function(name: str, told: Json, platform: Platform) -> Json:
    properties: Json = {
        "FunctionName": sub(f"hocmo-${{Stage}}-{name}"),
        "Runtime": runtime.RUNTIME,
        "Architectures": [platform.architecture],
        "Handler": told["Handler"],
        "Code": {"S3Bucket": ref("CodeBucket"), "S3Key": ref("CodeKey")},
        "MemorySize": told["MemorySize"],
        "Timeout": told["Timeout"],
        "Role": attribute(role(name)),
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": ref(f"{logical(name)}Log")},
        "Environment": {"Variables": _environment()},
    }
    if name in _RESERVED:
        properties["ReservedConcurrentExecutions"] = when("SetsAside", _RESERVED[name])
    elif name == "api":
        properties["ReservedConcurrentExecutions"] = when("BoundsApi", ref("ApiConcurrency"))
    return {"Type": "AWS::Lambda::Function", "Properties": properties}


def _environment() -> Json:
    """What ``chalicelib/config.py`` reads. Nothing secret: who can describe a function can read all of it."""
    return {
        "HOCMO_STAGE": ref("Stage"),
        "HOCMO_BUCKET": ref("ContentBucket"),
        "HOCMO_JOBS_QUEUE_URL": ref("JobsQueue"),
        "HOCMO_PROVISIONING_QUEUE_URL": ref("ProvisioningQueue"),
        "HOCMO_SPACE_ROLE_ARN": sub(ARN_OF_ROLE),
        "HOCMO_KEY_ARN": KEY,
        "HOCMO_CHANGES_FUNCTION": sub("hocmo-${Stage}-apply_changes"),
        "HOCMO_CHANGES_DEAD_QUEUE_ARN": attribute("ChangesDeadQueue"),
        "HOCMO_PUBLIC_URL": PUBLIC_URL,
        "HOCMO_MAIL_FROM": ref("MailFrom"),
        "HOCMO_SMS_SENDER": ref("SmsSender"),
        "HOCMO_PUSH_HOSTS": ref("PushHosts"),
        "HOCMO_CENTRAL": ref("Central"),
        "HOCMO_EDGE": when("HasDomain", "1"),
        # pydantic would look for plugins among all that is installed, at its first model.
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
    }


# Where people reach this stage: its own host, what the parameter says, or API Gateway's address.
PUBLIC_URL = when(
    "HasDomain",
    sub("https://${Domain}"),
    when(
        "HasPublicUrl",
        ref("PublicUrl"),
        sub("https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/api"),
    ),
)


def _queue_source(function: str, queue: str, batch: int, concurrency: int) -> Json:
    return {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "EventSourceArn": attribute(queue),
            "FunctionName": ref(logical(function)),
            "BatchSize": batch,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "ScalingConfig": {"MaximumConcurrency": concurrency},
        },
    }


def _schedule() -> Json:
    """Every minute; a minute that fails is made up for by the next."""
    return {
        "TickSchedule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "Name": sub("hocmo-${Stage}-tick"),
                "ScheduleExpression": "rate(1 minute)",
                "State": "ENABLED",
                "Targets": [{"Id": "tick", "Arn": attribute(logical("tick"))}],
            },
        },
        "TickPermission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "FunctionName": ref(logical("tick")),
                "Action": "lambda:InvokeFunction",
                "Principal": "events.amazonaws.com",
                "SourceArn": attribute("TickSchedule"),
            },
        },
        "TickRetries": {
            "Type": "AWS::Lambda::EventInvokeConfig",
            "Properties": {
                "FunctionName": ref(logical("tick")),
                "Qualifier": "$LATEST",
                "MaximumRetryAttempts": 0,
                "MaximumEventAgeInSeconds": 60,
            },
        },
    }


# What is metered: the line that ends a request, a job, a batch of changes; by its words, as each function writes them.
_METERED = {
    "api": "request.answered",
    "run_jobs": "job.ended",
    "provision": "job.ended",
    "apply_changes": "changes.applied",
}


def _metering() -> Json:
    """CloudWatch Logs hands the metered functions' lines to the meter, in batches; one that is given up after three
    tries is put aside whole, and can be handed over again (``docs/runbook.md``)."""
    found: Json = {
        "MeterRetries": {
            "Type": "AWS::Lambda::EventInvokeConfig",
            "Properties": {
                "FunctionName": ref(logical("meter")),
                "Qualifier": "$LATEST",
                "MaximumRetryAttempts": 2,
                "DestinationConfig": {"OnFailure": {"Destination": attribute("MeterDeadQueue")}},
            },
        }
    }
    for name, line in _METERED.items():
        group = f"{logical(name)}Log"
        found[f"{logical(name)}Metered"] = {
            "Type": "AWS::Logs::SubscriptionFilter",
            "DependsOn": [f"{logical(name)}MeterPermission"],
            "Properties": {
                "LogGroupName": ref(group),
                "FilterPattern": f'"{line}"',
                "DestinationArn": attribute(logical("meter")),
            },
        }
        found[f"{logical(name)}MeterPermission"] = {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "FunctionName": ref(logical("meter")),
                "Action": "lambda:InvokeFunction",
                "Principal": "logs.amazonaws.com",
                "SourceArn": attribute(group),
                "SourceAccount": ref("AWS::AccountId"),
            },
        }
    return found
