"""The edge stack ``hocmo-{stage}-edge``, in us-east-1 as CloudFront wants it: the firewall before everything.

Limits are by minute: of one address (a school behind one address has hundreds of learners), and of one host, so that a
storm on one space leaves the others alone before it reaches a function. What is refused is told when to come back.
"""

from __future__ import annotations

import json

from chalicelib.errors import TooManyRequests
from infra.cloud import tags
from infra.cloud.cloudformation import Json, attribute, ref, sub
from infra.cloud.parameters import PARAMETERS

WINDOW_S = 60
BODY = "too_many_requests"


def template() -> Json:
    """The stack's template."""
    numbers = {
        "RequestsPerAddress": {"Type": "Number", "Default": 3000, "MinValue": 10, "Description": "A minute, of one IP"},
        "RequestsPerHost": {
            "Type": "Number",
            "Default": 60000,
            "MinValue": 10,
            "Description": "A minute, of one space",
        },
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Hocmo: the firewall before a stage",
        "Parameters": {**{name: PARAMETERS[name] for name in ("Stage", "CostCentre")}, **numbers},
        "Resources": tags.tagged({"Firewall": _firewall()}),
        "Outputs": {"WebAclArn": {"Value": attribute("Firewall")}},
    }


def _firewall() -> Json:
    return {
        "Type": "AWS::WAFv2::WebACL",
        "Properties": {
            "Name": sub("hocmo-${Stage}"),
            "Scope": "CLOUDFRONT",
            "DefaultAction": {"Allow": {}},
            "VisibilityConfig": _seen("all"),
            "CustomResponseBodies": {BODY: {"ContentType": "APPLICATION_JSON", "Content": _document()}},
            "Rules": [
                _rule(0, "address", {"Limit": ref("RequestsPerAddress"), "AggregateKeyType": "IP"}),
                _rule(1, "host", {"Limit": ref("RequestsPerHost"), **_BY_HOST}),
                _known_bad(2),
            ],
        },
    }


_BY_HOST: Json = {
    "AggregateKeyType": "CUSTOM_KEYS",
    "CustomKeys": [{"Header": {"Name": "host", "TextTransformations": [{"Priority": 0, "Type": "LOWERCASE"}]}}],
}


def _rule(priority: int, name: str, statement: Json) -> Json:
    refusal = {
        "ResponseCode": TooManyRequests.status,
        "CustomResponseBodyKey": BODY,
        "ResponseHeaders": [
            {"Name": "Retry-After", "Value": str(WINDOW_S)},
            {"Name": "Cache-Control", "Value": "no-store"},
        ],
    }
    return {
        "Name": f"rate-of-{name}",
        "Priority": priority,
        "Statement": {"RateBasedStatement": {**statement, "EvaluationWindowSec": WINDOW_S}},
        "Action": {"Block": {"CustomResponse": refusal}},
        "VisibilityConfig": _seen(name),
    }


def _known_bad(priority: int) -> Json:
    """What AWS knows for attacks on any program. Bodies are not judged: lessons about security quote attacks."""
    return {
        "Name": "known-bad",
        "Priority": priority,
        "Statement": {
            "ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesAmazonIpReputationList"},
        },
        "OverrideAction": {"None": {}},
        "VisibilityConfig": _seen("reputation"),
    }


def _seen(name: str) -> Json:
    """Counted, but no samples kept: a sampled request shows who asked for what."""
    return {
        "CloudWatchMetricsEnabled": True,
        "MetricName": {"Fn::Sub": f"hocmo-${{Stage}}-{name}"},
        "SampledRequestsEnabled": False,
    }


def _document() -> str:
    refusal = TooManyRequests
    return json.dumps(
        {
            "type": f"/docs#problem-{refusal.code}",
            "title": "Too Many Requests",
            "status": refusal.status,
            "code": refusal.code,
            "detail": f"{refusal.vi} / {refusal.en}",
            "request_id": "",
        },
        ensure_ascii=False,
    )
