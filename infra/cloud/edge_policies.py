"""What CloudFront keeps, what it passes on, and what it tells browsers: for pages, the API and its sessions."""

from __future__ import annotations

from chalicelib.http import session_cookie
from infra import pages
from infra.cloud.cloudformation import Json, sub

_YEAR_S = 31_536_000
_IF: Json = {"Condition": "HasDomain"}

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
# What asks for a session has no state that could be compared; it says whether it comes from a page of ours.
_SESSION_HEADERS = [
    *(each for each in _READ_HEADERS if each not in ("If-Match", "If-None-Match", "Referer")),
    "Sec-Fetch-Site",
    session_cookie.CLIENT,
]
_COOKIE: Json = {"CookieBehavior": "whitelist", "Cookies": [session_cookie.SECURE_NAME]}

# Of other spaces' pages; the web client's own header is not among them, so that no other host can send it.
ALLOWED_HEADERS = ["Authorization", "Content-Type", "Accept-Language", "If-Match", "If-None-Match", "Idempotency-Key"]
_EXPOSED_HEADERS = ["ETag", "Location", "Retry-After", "Content-Language"]
_CONTENT = "https://${ContentBucket.RegionalDomainName}"
# CloudFront has fields of its own for these.
_NAMED = frozenset({"x-content-type-options", "x-frame-options", "referrer-policy"})


def resources() -> Json:
    """The policies that the behaviours refer to."""
    return {
        "ApiCaching": _api_caching(),
        "ApiRequests": _requests("api", _READ_HEADERS, {"CookieBehavior": "none"}),
        "SessionRequests": _requests("sessions", _SESSION_HEADERS, _COOKIE),
        "PageHeaders": _headers("pages", _page_headers()),
        "ApiHeaders": _headers("api", _api_headers()),
    }


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


def _requests(name: str, headers: list[str], cookies: Json) -> Json:
    """What goes to the API, and who asks, told by CloudFront: no policy gives that and all but Host."""
    return {
        "Type": "AWS::CloudFront::OriginRequestPolicy",
        **_IF,
        "Properties": {
            "OriginRequestPolicyConfig": {
                "Name": sub(f"hocmo-${{Stage}}-{name}"),
                "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": headers},
                "CookiesConfig": cookies,
                "QueryStringsConfig": {"QueryStringBehavior": "all"},
            }
        },
    }


def _headers(name: str, config: Json) -> Json:
    return {
        "Type": "AWS::CloudFront::ResponseHeadersPolicy",
        **_IF,
        "Properties": {"ResponseHeadersPolicyConfig": {"Name": sub(f"hocmo-${{Stage}}-{name}"), **config}},
    }


def _page_headers() -> Json:
    """What browsers are told of the pages: no scripts, frames or forms of others, and encrypted for ever."""
    told = {name: value for name, value in pages.HEADERS.items() if name not in _NAMED}
    return {
        "SecurityHeadersConfig": {
            **_transport(pages.HEADERS["referrer-policy"]),
            "ContentSecurityPolicy": {"ContentSecurityPolicy": sub(pages.policy(_CONTENT)), "Override": True},
            "FrameOptions": {"FrameOption": pages.HEADERS["x-frame-options"], "Override": True},
        },
        "CustomHeadersConfig": {
            "Items": [{"Header": name, "Value": value, "Override": True} for name, value in told.items()]
        },
    }


def _api_headers() -> Json:
    return {
        "SecurityHeadersConfig": _transport("strict-origin-when-cross-origin"),
        "CorsConfig": {
            "AccessControlAllowCredentials": False,
            "AccessControlAllowOrigins": {"Items": [sub("https://${Domain}"), sub("https://*.${Domain}")]},
            "AccessControlAllowMethods": {"Items": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]},
            "AccessControlAllowHeaders": {"Items": ALLOWED_HEADERS},
            "AccessControlExposeHeaders": {"Items": _EXPOSED_HEADERS},
            "AccessControlMaxAgeSec": 7200,
            "OriginOverride": False,  # what anyone verifies credentials with, any page may read: the API says so
        },
    }


def _transport(referrer: str) -> Json:
    return {
        "StrictTransportSecurity": {
            "AccessControlMaxAgeSec": _YEAR_S,
            "IncludeSubdomains": True,
            "Preload": False,
            "Override": True,
        },
        "ContentTypeOptions": {"Override": True},
        "ReferrerPolicy": {"ReferrerPolicy": referrer, "Override": True},
    }
