"""What is watched: alarms to one topic, one dashboard, and the budget.

An alarm says that a person should look; what to do then is in ``docs/runbook.md``. All are of the stage as a whole,
so that their number and cost do not grow with tenants.
"""

from __future__ import annotations

import json

from infra.cloud.cloudformation import Json, attribute, policy, ref, sub
from infra.cloud.queues import DEAD, QUEUES

_MINUTE_S = 60
_FIVE_MINUTES_S = 300


def resources(functions: list[str]) -> Json:
    """Alarms of these functions, the queues and the API; the dashboard; the budget.

    Alarms and dashboard are billed by time, so a stage may go without (``watched``); a budget costs nothing.
    """
    alarms = {**_of_functions(functions), **_of_queues(), **_of_api(), **_of_tables()}
    billed = {**alarms, "Dashboard": _dashboard(functions)}
    watched = {name: {"Condition": "IsWatched", **each} for name, each in billed.items()}
    return {**_topic(), **watched, "Budget": _budget()}


def _topic() -> Json:
    publish = {
        "Effect": "Allow",
        "Principal": {"Service": ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]},
        "Action": "sns:Publish",
        "Resource": ref("Alarms"),
        "Condition": {"StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")}},
    }
    return {
        "Alarms": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": sub("hocmo-${Stage}-alarms")}},
        "AlarmsPolicy": {
            "Type": "AWS::SNS::TopicPolicy",
            "Properties": {"Topics": [ref("Alarms")], "PolicyDocument": policy(publish)},
        },
        "AlarmsByMail": {
            "Type": "AWS::SNS::Subscription",
            "Condition": "HasAlarmEmail",
            "Properties": {"TopicArn": ref("Alarms"), "Protocol": "email", "Endpoint": ref("AlarmEmail")},
        },
    }


def _alarm(name: str, about: str, namespace: str, metric: str, dimensions: Json, **more: object) -> Json:
    """One alarm; by default: more than 0, summed over five minutes. Nothing measured is nothing wrong."""
    properties: Json = {
        "AlarmName": sub(f"hocmo-${{Stage}}-{name}"),
        "AlarmDescription": about,
        "Namespace": namespace,
        "MetricName": metric,
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        "Statistic": "Sum",
        "Period": _FIVE_MINUTES_S,
        "EvaluationPeriods": 1,
        "Threshold": 0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmActions": [ref("Alarms")],
        **more,
    }
    if "ExtendedStatistic" in more:
        del properties["Statistic"]
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}


def _of_functions(functions: list[str]) -> Json:
    found: Json = {}
    for function in functions:
        logical = "".join(part.capitalize() for part in function.split("_"))
        dimensions = {"FunctionName": sub(f"hocmo-${{Stage}}-{function}")}
        found[f"{logical}Errors"] = _alarm(
            f"{function}-errors", "A function died or ran out of time.", "AWS/Lambda", "Errors", dimensions
        )
        found[f"{logical}Throttles"] = _alarm(
            f"{function}-throttles",
            "Concurrency is used up.",
            "AWS/Lambda",
            "Throttles",
            dimensions,
            EvaluationPeriods=2,
        )
    found["ChangesAge"] = _alarm(
        "changes-age",
        "Counting lags behind by more than ten minutes, or a batch of changes fails again and again.",
        "AWS/Lambda",
        "IteratorAge",
        {"FunctionName": sub("hocmo-${Stage}-apply_changes")},
        Statistic="Maximum",
        Threshold=600_000,
    )
    return found


def _of_queues() -> Json:
    found: Json = {
        f"{name}Age": _alarm(
            f"{suffix}-age",
            "Jobs wait for more than ten minutes.",
            "AWS/SQS",
            "ApproximateAgeOfOldestMessage",
            {"QueueName": attribute(name, "QueueName")},
            Statistic="Maximum",
            Threshold=600,
        )
        for name, suffix in QUEUES.items()
    }
    for name, suffix in DEAD.items():
        found[f"{name}Filled"] = _alarm(
            suffix,
            "Something could not be handled: see the runbook, dead letters.",
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            {"QueueName": attribute(name, "QueueName")},
            Statistic="Maximum",
        )
    return found


def _of_api() -> Json:
    dimensions = {"ApiName": sub("hocmo-${Stage}"), "Stage": ref("ApiStage")}
    return {
        "ApiFaults": _alarm(
            "api-5xx",
            "More than one request in a hundred ends in a fault of ours.",
            "AWS/ApiGateway",
            "5XXError",
            dimensions,
            Statistic="Average",
            Threshold=0.01,
        ),
        "ApiSlow": _alarm(
            "api-p99",
            "One request in a hundred takes more than two seconds, for a quarter of an hour.",
            "AWS/ApiGateway",
            "Latency",
            dimensions,
            ExtendedStatistic="p99",
            Threshold=2_000,
            EvaluationPeriods=3,
        ),
    }


def _of_tables() -> Json:
    dimensions = {"TableName": ref("PlatformTable")}
    return {
        "PlatformThrottled": _alarm(
            "platform-throttled",
            "The platform's table refuses writes.",
            "AWS/DynamoDB",
            "WriteThrottleEvents",
            dimensions,
        )
    }


def _dashboard(functions: list[str]) -> Json:
    """Four rows: what people feel, what runs, what waits, what is counted."""
    queues = [f"hocmo-${{Stage}}-{suffix}" for suffix in (*QUEUES.values(), *DEAD.values())]
    ran = [["AWS/Lambda", "Invocations", "FunctionName", f"hocmo-${{Stage}}-{name}"] for name in functions]
    failed = [["AWS/Lambda", "Errors", "FunctionName", f"hocmo-${{Stage}}-{name}"] for name in functions]
    waiting = [["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", name] for name in queues]
    api = ["ApiName", "hocmo-${Stage}", "Stage", "api"]
    widgets = [
        _widget(
            0, 0, "Requests", [["AWS/ApiGateway", each, *api] for each in ("Count", "4XXError", "5XXError")], "Sum"
        ),
        _widget(12, 0, "Latency, p99 (ms)", [["AWS/ApiGateway", "Latency", *api]], "p99"),
        _widget(0, 6, "Invocations", ran, "Sum"),
        _widget(12, 6, "Errors", failed, "Sum"),
        _widget(0, 12, "Messages", waiting, "Maximum"),
        _widget(12, 12, "Changes, age (ms)", [["AWS/Lambda", "IteratorAge", "FunctionName", _CHANGES]], "Maximum"),
    ]
    return {
        "Type": "AWS::CloudWatch::Dashboard",
        "Properties": {"DashboardName": sub("hocmo-${Stage}"), "DashboardBody": sub(json.dumps({"widgets": widgets}))},
    }


_CHANGES = "hocmo-${Stage}-apply_changes"


def _widget(x: int, y: int, title: str, metrics: list[list[str]], statistic: str) -> Json:
    properties: Json = {
        "title": title,
        "metrics": metrics,
        "stat": statistic,
        "period": _MINUTE_S,
        "region": "${AWS::Region}",
        "view": "timeSeries",
    }
    return {"type": "metric", "x": x, "y": y, "width": 12, "height": 6, "properties": properties}


def _budget() -> Json:
    """Told when the month is expected to cost more than the amount, and when it has cost four fifths of it."""
    subscriber = [{"SubscriptionType": "EMAIL", "Address": ref("AlarmEmail")}]
    budget = {
        "BudgetName": sub("hocmo-${Stage}"),
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": ref("BudgetUsd"), "Unit": "USD"},
        "CostFilters": {"TagKeyValue": [sub("user:stage$${Stage}")]},
    }
    return {
        "Type": "AWS::Budgets::Budget",
        "Condition": "HasBudget",
        "Properties": {
            "Budget": budget,
            "NotificationsWithSubscribers": [
                {"Notification": _when("FORECASTED", 100), "Subscribers": subscriber},
                {"Notification": _when("ACTUAL", 80), "Subscribers": subscriber},
            ],
        },
    }


def _when(kind: str, percent: int) -> Json:
    return {
        "NotificationType": kind,
        "ComparisonOperator": "GREATER_THAN",
        "Threshold": percent,
        "ThresholdType": "PERCENTAGE",
    }
