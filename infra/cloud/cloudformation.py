"""The few words of CloudFormation that the resources are written in."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
Value = str | int | bool | Json | list[Any]

NO_VALUE: Json = {"Ref": "AWS::NoValue"}
ARN = "arn:${AWS::Partition}:"
HERE = "${AWS::Region}:${AWS::AccountId}"
PREFIX = "hocmo-${Stage}"


def ref(name: str) -> Json:
    """What a resource or a parameter stands for."""
    return {"Ref": name}


def attribute(resource: str, name: str = "Arn") -> Json:
    """An attribute of a resource."""
    return {"Fn::GetAtt": [resource, name]}


def sub(text: str) -> Json:
    """A text with ``${…}`` filled in."""
    return {"Fn::Sub": text}


def when(condition: str, then: Value, otherwise: Value | None = None) -> Json:
    """A value under a condition; without ``otherwise`` the property is left out."""
    return {"Fn::If": [condition, then, NO_VALUE if otherwise is None else otherwise]}


def allow(actions: list[str], resources: Value | list[Value], **conditions: Json) -> Json:
    """A statement of a policy; conditions by operator."""
    statement: Json = {"Effect": "Allow", "Action": actions, "Resource": resources}
    if conditions:
        statement["Condition"] = conditions
    return statement


def policy(*statements: Json) -> Json:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def only_encrypted(resources: Value | list[Value], actions: str) -> Json:
    """The statement that refuses a resource's every use over a connection without TLS."""
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": actions,
        "Resource": resources,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
