"""One host for everything: CloudFront before the web builds and the API, for the stage's domain and every space's
below.

A stage without a domain has none of this. The certificate and the firewall stand in us-east-1, as CloudFront wants them
(``firewall.py``); this side is told their ARNs.
"""

from __future__ import annotations

from infra import pages
from infra.cloud import edge_policies
from infra.cloud.cloudformation import ARN, Json, attribute, ref, sub, when

# Policies of AWS's own, the same in every account.
_CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
_IF: Json = {"Condition": "HasDomain"}

# What shows API Gateway that a request came through the edge. CloudFront overwrites it in what viewers send.
PROOF_HEADER = "x-hocmo-origin"

# Where a session begins, goes on and ends: the web client's cookie goes through here and nowhere else, and only where
# cookies go to the API does CloudFront hand ``Set-Cookie`` on. A star stands for slashes too.
SESSIONS = (
    "/v1/spaces/*/sessions*",
    "/v1/sessions*",
    "/v1/spaces/*/entries*",
    "/v1/spaces/*/invitations/*",
    "/v1/invitations/*",
)
# Another tenant's page may ask the API; any other site's may not.
_ASKED_FIRST = r"""function handler(event) {
  var request = event.request;
  if (request.method !== 'OPTIONS') return request;
  var origin = request.headers.origin ? request.headers.origin.value : '';
  if (!/^https:\/\/([a-z0-9-]+\.)?DOMAIN$/.test(origin)) return {statusCode: 403, statusDescription: 'Forbidden'};
  return {statusCode: 204, statusDescription: 'No Content', headers: {
    'access-control-allow-origin': {value: origin}, 'vary': {value: 'Origin'},
    'access-control-allow-methods': {value: 'GET, HEAD, POST, PUT, PATCH, DELETE'},
    'access-control-allow-headers': {value: 'ALLOWED'}, 'access-control-max-age': {value: '7200'}}};
}"""


Secrets = tuple[int, int]  # the number of the secret that is sent, and of the one that is accepted beside it
FIRST: Secrets = (1, 2)


def resources(secrets: Secrets = FIRST) -> Json:
    """The distribution, its policies, and what lets nobody past them."""
    return {
        "WebAccess": _web_access(),
        "PagesFunction": _function("pages", pages.FUNCTION),
        "PreflightFunction": _preflight(),
        **edge_policies.resources(),
        "Distribution": _distribution(secrets[0]),
        **_only_through_the_edge(secrets),
    }


def _web_access() -> Json:
    config = {"OriginAccessControlOriginType": "s3", "SigningBehavior": "always", "SigningProtocol": "sigv4"}
    return {
        "Type": "AWS::CloudFront::OriginAccessControl",
        **_IF,
        "Properties": {"OriginAccessControlConfig": {"Name": sub("hocmo-${Stage}-web"), **config}},
    }


def _function(name: str, code: object) -> Json:
    return {
        "Type": "AWS::CloudFront::Function",
        **_IF,
        "Properties": {
            "Name": sub(f"hocmo-${{Stage}}-{name}"),
            "AutoPublish": True,
            "FunctionConfig": {"Comment": f"Hocmo {name}", "Runtime": "cloudfront-js-2.0"},
            "FunctionCode": code,
        },
    }


def _preflight() -> Json:
    """A browser's question before a request from another host, answered at the edge."""
    before, after = _ASKED_FIRST.replace("ALLOWED", ", ".join(edge_policies.ALLOWED_HEADERS)).split("DOMAIN")
    escaped = {"Fn::Join": ["\\.", {"Fn::Split": [".", ref("Domain")]}]}
    return _function("preflight", {"Fn::Join": ["", [before, escaped, after]]})


def _only_through_the_edge(secrets: Secrets) -> Json:
    """API Gateway's own address answers only who knows a secret of the edge's: else the firewall and the address of
    who asks could be passed by. It is closed as soon as it is there, minutes before the edge has spread."""
    stage = f"{ARN}apigateway:${{AWS::Region}}::/restapis/${{Api}}/stages/${{ApiStage}}"
    return {
        **{_name(number): _secret() for number in secrets},
        "OriginFirewall": {
            "Type": "AWS::WAFv2::WebACL",
            **_IF,
            "Properties": {
                "Name": sub("hocmo-${Stage}-origin"),
                "Scope": "REGIONAL",
                "DefaultAction": {"Block": {}},
                "VisibilityConfig": _seen("origin"),
                "Rules": [_from_the_edge(secrets)],
            },
        },
        "OriginFirewallOfApi": {
            "Type": "AWS::WAFv2::WebACLAssociation",
            **_IF,
            "Properties": {"ResourceArn": sub(stage), "WebACLArn": attribute("OriginFirewall")},
        },
    }


def _name(number: int) -> str:
    return f"OriginSecret{number}"


def _secret() -> Json:
    return {
        "Type": "AWS::SecretsManager::Secret",
        **_IF,
        "Properties": {"GenerateSecretString": {"PasswordLength": 48, "ExcludePunctuation": True}},
    }


def _told(number: int) -> Json:
    """A secret's text. CloudFormation reads it only where this changes: to rotate one is to have another number."""
    return sub(f"{{{{resolve:secretsmanager:${{{_name(number)}}}:SecretString}}}}")


def _from_the_edge(secrets: Secrets) -> Json:
    """Either secret: while CloudFront spreads another one, some of its places still send the former."""
    return {
        "Name": "from-the-edge",
        "Priority": 0,
        "Action": {"Allow": {}},
        "VisibilityConfig": _seen("from-the-edge"),
        "Statement": {"OrStatement": {"Statements": [_sends(number) for number in secrets]}},
    }


def _sends(number: int) -> Json:
    return {
        "ByteMatchStatement": {
            "FieldToMatch": {"SingleHeader": {"Name": PROOF_HEADER}},
            "PositionalConstraint": "EXACTLY",
            "SearchString": _told(number),
            "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
        }
    }


def _seen(name: str) -> Json:
    """Counted, but no samples kept: a sample would show the secret."""
    return {
        "CloudWatchMetricsEnabled": True,
        "MetricName": sub(f"hocmo-${{Stage}}-{name}"),
        "SampledRequestsEnabled": False,
    }


def _distribution(secret: int) -> Json:
    config: Json = {
        "Enabled": True,
        "Comment": sub("hocmo-${Stage}"),
        "Aliases": [ref("Domain"), sub("*.${Domain}")],
        "HttpVersion": "http2and3",
        "IPV6Enabled": True,
        "PriceClass": "PriceClass_All",  # the cheaper ones leave out the edges nearest to Vietnam
        "ViewerCertificate": {
            "AcmCertificateArn": ref("CertificateArn"),
            "SslSupportMethod": "sni-only",
            "MinimumProtocolVersion": "TLSv1.2_2021",
        },
        "WebACLId": when("HasWebAcl", ref("WebAclArn")),
        "Origins": [_web_origin(), _api_origin(secret)],
        "DefaultCacheBehavior": _page_behaviour(),
        # The first that fits counts.
        "CacheBehaviors": [
            *(_api_behaviour(path, "SessionRequests") for path in SESSIONS),
            _api_behaviour("/v1/*"),
            _api_behaviour("/docs*"),
        ],
    }
    return {"Type": "AWS::CloudFront::Distribution", **_IF, "Properties": {"DistributionConfig": config}}


def _web_origin() -> Json:
    return {
        "Id": "web",
        "DomainName": attribute("WebBucket", "RegionalDomainName"),
        "OriginAccessControlId": attribute("WebAccess", "Id"),
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }


def _api_origin(secret: int) -> Json:
    return {
        "Id": "api",
        "DomainName": sub("${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}"),
        "OriginPath": "/api",
        "OriginCustomHeaders": [{"HeaderName": PROOF_HEADER, "HeaderValue": _told(secret)}],
        "CustomOriginConfig": {
            "OriginProtocolPolicy": "https-only",
            "OriginSSLProtocols": ["TLSv1.2"],
            "OriginReadTimeout": 30,
            "OriginKeepaliveTimeout": 60,
        },
    }


def _page_behaviour() -> Json:
    """The builds say themselves how long each file may be kept: for ever where its name holds its content's hash."""
    return {
        "TargetOriginId": "web",
        "ViewerProtocolPolicy": "redirect-to-https",
        "AllowedMethods": ["GET", "HEAD"],
        "Compress": True,
        "CachePolicyId": _CACHING_OPTIMIZED,
        "ResponseHeadersPolicyId": ref("PageHeaders"),
        "FunctionAssociations": [_at_request("PagesFunction")],
    }


def _api_behaviour(path: str, requests: str = "ApiRequests") -> Json:
    """What the API reads goes to it, and not Host: API Gateway is found by its own."""
    return {
        "PathPattern": path,
        "TargetOriginId": "api",
        "ViewerProtocolPolicy": "https-only",
        "AllowedMethods": ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"],
        "Compress": True,
        "CachePolicyId": ref("ApiCaching"),
        "OriginRequestPolicyId": ref(requests),
        "ResponseHeadersPolicyId": ref("ApiHeaders"),
        "FunctionAssociations": [_at_request("PreflightFunction")],
    }


def _at_request(function: str) -> Json:
    return {"EventType": "viewer-request", "FunctionARN": attribute(function, "FunctionARN")}
