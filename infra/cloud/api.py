"""The REST API: Chalice's description of it, its one stage, its limits and the log of its requests."""

from __future__ import annotations

import hashlib
import json
import re

from chalicelib.http import paths
from infra.cloud import gateway_refusals
from infra.cloud.cloudformation import ARN, HERE, Json, attribute, policy, ref, sub
from infra.cloud.functions import logical
from infra.cloud.packaged import Packaged

# API Gateway's default limit of resources in one API; more takes a request to AWS.
MOST_PATH_NODES = 300


def resources(packaged: Packaged, alias: str | None = None) -> Json:
    """API, deployment, stage, its log, the right to invoke the function (or what its alias stands for)."""
    body = _body(packaged, alias)
    deployment = "Deployment" + _fingerprint(body)
    return {
        "Api": {
            "Type": "AWS::ApiGateway::RestApi",
            "Properties": {
                "Name": sub("hocmo-${Stage}"),
                "EndpointConfiguration": {"Types": ["REGIONAL"]},
                "SecurityPolicy": "SecurityPolicy_TLS13_1_2_2021_06",  # TLS 1.2 at least
                "EndpointAccessMode": "STRICT",  # it asks for the policy, and refuses a Host other than the TLS name's
                "BinaryMediaTypes": body["x-amazon-apigateway-binary-media-types"],
                "MinimumCompressionSize": 1024,
                "Body": body,
            },
        },
        # A deployment is a snapshot and never changes: what it is made of is in its name, so a new one is made.
        deployment: {
            "Type": "AWS::ApiGateway::Deployment",
            "Properties": {"RestApiId": ref("Api")},
        },
        "ApiStage": _stage(deployment, packaged.api_stage),
        **_access_log(),
        "ApiPermission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "FunctionName": ref(logical("api")),
                "Action": "lambda:InvokeFunction",
                "Principal": "apigateway.amazonaws.com",
                "SourceArn": sub(f"{ARN}execute-api:{HERE}:${{Api}}/{packaged.api_stage}/*"),
            },
        },
    }


def path_nodes(swagger: Json) -> int:
    """How many resources API Gateway makes of the document: each part of a path once, and the root."""
    nodes = {""}
    for path in swagger["paths"]:
        parts = path.strip("/").split("/")
        nodes |= {"/".join(parts[: length + 1]) for length in range(len(parts))}
    return len(nodes)


def _body(packaged: Packaged, alias: str | None) -> Json:
    """Chalice's swagger, by nodes. It names the function by reference; by its name instead, the function may know the
    API's address without either waiting for the other."""
    text = json.dumps(packaged.swagger)
    function = f"{ARN}lambda:{HERE}:function:hocmo-${{Stage}}-api" + (f":{alias}" if alias else "")
    body: Json = json.loads(text.replace("${APIHandler.Arn}", function))
    body["paths"] = _nodes(body["paths"])
    body["x-amazon-apigateway-gateway-responses"] = gateway_refusals.responses()
    return body


ANY = "x-amazon-apigateway-any-method"


def _nodes(described: Json) -> Json:
    """Chalice describes each address with its methods. The gateway keeps their nodes, and each takes any method: what
    is asked there, if anything, the function finds (``chalicelib/http/dispatch.py``)."""
    whole = next(iter(described.values()))
    integration = next(iter(whole.values()))["x-amazon-apigateway-integration"]
    return {
        node: {ANY: {"parameters": _parameters(node), "responses": {}, "x-amazon-apigateway-integration": integration}}
        for node in paths.nodes(described)
    }


def _parameters(node: str) -> list[Json]:
    names = re.findall(r"{(\w+)\+?}", node)
    return [{"name": name, "in": "path", "required": True, "type": "string"} for name in names]


def _fingerprint(of: Json) -> str:
    return hashlib.sha256(json.dumps(of, sort_keys=True).encode()).hexdigest()[:10]


def _stage(deployment: str, name: str) -> Json:
    return {
        "Type": "AWS::ApiGateway::Stage",
        "DependsOn": ["GatewayAccount"],
        "Properties": {
            "RestApiId": ref("Api"),
            "DeploymentId": ref(deployment),
            "StageName": name,
            "TracingEnabled": False,
            "MethodSettings": [
                {
                    "ResourcePath": "/*",
                    "HttpMethod": "*",
                    "ThrottlingRateLimit": ref("RequestsPerSecond"),
                    "ThrottlingBurstLimit": ref("RequestBurst"),
                    "LoggingLevel": "OFF",
                    "DataTraceEnabled": False,
                    "MetricsEnabled": False,
                }
            ],
            "AccessLogSetting": {"DestinationArn": attribute("AccessLog"), "Format": _LINE},
        },
    }


# Neither addresses nor names: the path is its node's. What was asked there, and by whom (as an identifier), is in our
# own log, under the same request's id.
_LINE = json.dumps(
    {
        "event": "gateway.answered",
        "request_id": "$context.requestId",
        "time": "$context.requestTimeEpoch",
        "method": "$context.httpMethod",
        "path": "$context.resourcePath",
        "status": "$context.status",
        "ms": "$context.responseLatency",
        "function_ms": "$context.integrationLatency",
        "bytes": "$context.responseLength",
        "refused": "$context.error.responseType",
    }
)


def _access_log() -> Json:
    """The log of requests. That API Gateway may write logs at all is one setting of the account and region, so it stays
    when a stage goes."""
    kept: Json = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    writer = {"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole"}
    managed = "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    return {
        "AccessLog": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {
                "LogGroupName": sub("/hocmo/${Stage}/access"),
                "RetentionInDays": ref("LogRetentionDays"),
            },
        },
        "GatewayLogRole": {
            "Type": "AWS::IAM::Role",
            **kept,
            "Properties": {"AssumeRolePolicyDocument": policy(writer), "ManagedPolicyArns": [sub(managed)]},
        },
        "GatewayAccount": {
            "Type": "AWS::ApiGateway::Account",
            **kept,
            "Properties": {"CloudWatchRoleArn": attribute("GatewayLogRole")},
        },
    }
