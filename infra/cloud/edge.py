"""One host for everything: CloudFront before the web builds and the API, for the stage's domain and every space's
below.

A stage without a domain has none of this. The certificate and the firewall stand in us-east-1, as CloudFront wants them
(``firewall.py``); this side is told their ARNs.
"""

from __future__ import annotations

from infra.cloud.cloudformation import ARN, Json, attribute, ref, sub, when

# Policies of AWS's own, the same in every account.
_CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
_YEAR_S = 31_536_000
_IF: Json = {"Condition": "HasDomain"}

# What shows API Gateway that a request came through the edge. CloudFront overwrites it in what viewers send.
PROOF_HEADER = "x-hocmo-origin"
# At most ten. Authorization, Accept-Language and Origin go with the cache policy.
_READ_HEADERS = [
    "Accept",
    "Content-Encoding",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Referer",
    "User-Agent",
    "CloudFront-Viewer-Address",
]

# Runs at the edge for each request of a page. Pages of the clients are made in the browser, so an address without a dot
# is one of the two builds' index. Another tenant's page may ask the API; any other site's may not.
_PAGES = """function handler(event) {
  var request = event.request, uri = request.uri;
  if (uri === '/admin' || uri.indexOf('/admin/') === 0) {
    if (uri.lastIndexOf('.') < uri.lastIndexOf('/') || uri === '/admin') request.uri = '/admin/index.html';
  } else if (uri.lastIndexOf('.') < uri.lastIndexOf('/') + 1) request.uri = '/index.html';
  return request;
}"""
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
_ALLOWED_HEADERS = ["Authorization", "Content-Type", "Accept-Language", "If-Match", "If-None-Match", "Idempotency-Key"]
_EXPOSED_HEADERS = ["ETag", "Location", "Retry-After", "Content-Language"]


Secrets = tuple[int, int]  # the number of the secret that is sent, and of the one that is accepted beside it
FIRST: Secrets = (1, 2)


def resources(secrets: Secrets = FIRST) -> Json:
    """The distribution, its policies, and what lets nobody past them."""
    return {
        "WebAccess": _web_access(),
        "PagesFunction": _function("pages", _PAGES),
        "PreflightFunction": _preflight(),
        "ApiCaching": _api_caching(),
        "ApiRequests": _api_requests(),
        "PageHeaders": _headers("pages", _page_headers()),
        "ApiHeaders": _headers("api", _api_headers()),
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
    before, after = _ASKED_FIRST.replace("ALLOWED", ", ".join(_ALLOWED_HEADERS)).split("DOMAIN")
    escaped = {"Fn::Join": ["\\.", {"Fn::Split": [".", ref("Domain")]}]}
    return _function("preflight", {"Fn::Join": ["", [before, escaped, after]]})


def _api_caching() -> Json:
    """Answers are kept as their Cache-Control says, and not at all where it says nothing; apart by who asks and in
    which language, since both decide what is answered."""
    return {
        "Type": "AWS::CloudFront::CachePolicy",
        **_IF,
        "Properties": {
            "CachePolicyConfig": {
                "Name": sub("hocmo-${Stage}-api"),
                "MinTTL": 0,
                "DefaultTTL": 0,
                "MaxTTL": _YEAR_S,
                "ParametersInCacheKeyAndForwardedToOrigin": {
                    "EnableAcceptEncodingBrotli": True,
                    "EnableAcceptEncodingGzip": True,
                    "HeadersConfig": {
                        "HeaderBehavior": "whitelist",
                        "Headers": ["Authorization", "Accept-Language", "Origin"],
                    },
                    "CookiesConfig": {"CookieBehavior": "none"},
                    "QueryStringsConfig": {"QueryStringBehavior": "all"},
                },
            }
        },
    }


def _api_requests() -> Json:
    """The headers that the API reads, and who asks, told by CloudFront: no policy gives that and all but Host."""
    return {
        "Type": "AWS::CloudFront::OriginRequestPolicy",
        **_IF,
        "Properties": {
            "OriginRequestPolicyConfig": {
                "Name": sub("hocmo-${Stage}-api"),
                "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": _READ_HEADERS},
                "CookiesConfig": {"CookieBehavior": "none"},
                "QueryStringsConfig": {"QueryStringBehavior": "all"},
            }
        },
    }


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


def _headers(name: str, config: Json) -> Json:
    return {
        "Type": "AWS::CloudFront::ResponseHeadersPolicy",
        **_IF,
        "Properties": {"ResponseHeadersPolicyConfig": {"Name": sub(f"hocmo-${{Stage}}-{name}"), **config}},
    }


def _page_headers() -> Json:
    """What browsers are told of the pages: no scripts, frames or forms of others, and encrypted for ever."""
    content = (
        "default-src 'self'; img-src 'self' data: blob: https://${ContentBucket.RegionalDomainName}; "
        "media-src 'self' blob: https://${ContentBucket.RegionalDomainName}; "
        "connect-src 'self' https://${ContentBucket.RegionalDomainName}; style-src 'self'; script-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self' https://${ContentBucket.RegionalDomainName}; "
        "frame-ancestors 'self'; require-trusted-types-for 'script'"
    )
    return {
        "SecurityHeadersConfig": {
            **_transport(),
            "ContentSecurityPolicy": {"ContentSecurityPolicy": sub(content), "Override": True},
            "FrameOptions": {"FrameOption": "SAMEORIGIN", "Override": True},
        },
    }


def _api_headers() -> Json:
    return {
        "SecurityHeadersConfig": _transport(),
        "CorsConfig": {
            "AccessControlAllowCredentials": False,
            "AccessControlAllowOrigins": {"Items": [sub("https://${Domain}"), sub("https://*.${Domain}")]},
            "AccessControlAllowMethods": {"Items": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]},
            "AccessControlAllowHeaders": {"Items": _ALLOWED_HEADERS},
            "AccessControlExposeHeaders": {"Items": _EXPOSED_HEADERS},
            "AccessControlMaxAgeSec": 7200,
            "OriginOverride": False,  # what anyone verifies credentials with, any page may read: the API says so
        },
    }


def _transport() -> Json:
    return {
        "StrictTransportSecurity": {
            "AccessControlMaxAgeSec": _YEAR_S,
            "IncludeSubdomains": True,
            "Preload": False,
            "Override": True,
        },
        "ContentTypeOptions": {"Override": True},
        "ReferrerPolicy": {"ReferrerPolicy": "strict-origin-when-cross-origin", "Override": True},
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
        "CacheBehaviors": [_api_behaviour("/v1/*"), _api_behaviour("/docs*")],
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


def _api_behaviour(path: str) -> Json:
    """What the API reads goes to it, and not Host: API Gateway is found by its own."""
    return {
        "PathPattern": path,
        "TargetOriginId": "api",
        "ViewerProtocolPolicy": "https-only",
        "AllowedMethods": ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"],
        "Compress": True,
        "CachePolicyId": ref("ApiCaching"),
        "OriginRequestPolicyId": ref("ApiRequests"),
        "ResponseHeadersPolicyId": ref("ApiHeaders"),
        "FunctionAssociations": [_at_request("PreflightFunction")],
    }


def _at_request(function: str) -> Json:
    return {"EventType": "viewer-request", "FunctionARN": attribute(function, "FunctionARN")}
