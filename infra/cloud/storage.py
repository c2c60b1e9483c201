"""Where data lies: the platform's table, the bucket of content, and the bucket of the web builds.

A tenant's own tables are made by the function `provision`. What holds data outlives the stack: deleting a stage leaves
it, and deploying the stage again takes it back under its name.
"""

from __future__ import annotations

from chalicelib.storage import tables
from infra.cloud.cloudformation import NO_VALUE, Json, attribute, only_encrypted, policy, ref, sub, when
from infra.cloud.keys import KEY

KEPT: Json = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
_NOT_PUBLIC = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": True,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}
# S3's own keys: content is read by signed addresses, and a call to KMS for each object would cost more than the object.
_ENCRYPTED = {
    "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}],
}
_OWNED = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


def resources() -> Json:
    """The platform's table and the buckets."""
    return {
        "PlatformTable": _platform(),
        "ContentBucket": _content(),
        "ContentBucketPolicy": _private("ContentBucket"),
        "WebBucket": _web(),
        "WebBucketPolicy": _private("WebBucket", when("HasDomain", _read_by_the_edge(), NO_VALUE)),
    }


def _platform() -> Json:
    """The table as the code itself makes it on one machine, with what only the cloud has: backups and the key."""
    definition = tables.definition("platform", "platform")
    del definition["Tags"]  # all of a stack's resources are tagged alike, by the template
    protection: Json = {
        "TableName": sub("hocmo-${Stage}-platform"),
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True},
        "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY},
    }
    return {"Type": "AWS::DynamoDB::Table", **KEPT, "Properties": {**definition, **protection}}


def _content() -> Json:
    return {
        "Type": "AWS::S3::Bucket",
        **KEPT,
        "Properties": {
            "BucketName": sub("hocmo-${Stage}-content-${AWS::AccountId}"),
            "BucketEncryption": _ENCRYPTED,
            "OwnershipControls": _OWNED,
            "PublicAccessBlockConfiguration": _NOT_PUBLIC,
            "VersioningConfiguration": {"Status": "Enabled"},
            "LifecycleConfiguration": {"Rules": _lifetimes()},
            # Browsers upload to, and read from, the bucket itself; pages of other sites may not.
            "CorsConfiguration": when(
                "HasDomain",
                {
                    "CorsRules": [
                        {
                            "AllowedOrigins": [sub("https://${Domain}"), sub("https://*.${Domain}")],
                            "AllowedMethods": ["GET", "HEAD", "POST", "PUT"],
                            "AllowedHeaders": ["*"],
                            "ExposedHeaders": ["ETag", "Content-Range", "Accept-Ranges"],
                            "MaxAge": 3600,
                        }
                    ]
                },
            ),
        },
    }


def _lifetimes() -> list[Json]:
    """What is temporary says so by a tag, since rules know prefixes but each tenant has one of its own."""
    return [
        # What replaces an upload, or is deleted when it was taken over, is of use to nobody: who has a form could fill
        # the bucket with former versions.
        _rule(
            "exports-and-uploads-after-a-week",
            TagFilters=[{"Key": "keep", "Value": "week"}],
            ExpirationInDays=7,
            NoncurrentVersionExpiration={"NoncurrentDays": 1},
        ),
        _rule("abandoned-pieces-after-two-days", AbortIncompleteMultipartUpload={"DaysAfterInitiation": 2}),
        _rule("replaced-or-deleted-after-a-month", NoncurrentVersionExpiration={"NoncurrentDays": 30}),
        _rule("markers-of-what-is-gone", ExpiredObjectDeleteMarker=True),
    ]


def _rule(name: str, **what: object) -> Json:
    return {"Id": name, "Status": "Enabled", **what}


def _web() -> Json:
    """The web builds: made anew from their sources, so nothing here need survive the stack but its emptying does."""
    return {
        "Type": "AWS::S3::Bucket",
        **KEPT,
        "Properties": {
            "BucketName": sub("hocmo-${Stage}-web-${AWS::AccountId}"),
            "BucketEncryption": _ENCRYPTED,
            "OwnershipControls": _OWNED,
            "PublicAccessBlockConfiguration": _NOT_PUBLIC,
            "VersioningConfiguration": {"Status": "Enabled"},
            "LifecycleConfiguration": {
                "Rules": [
                    _rule("abandoned-pieces-after-two-days", AbortIncompleteMultipartUpload={"DaysAfterInitiation": 2}),
                    _rule("former-builds-after-a-month", NoncurrentVersionExpiration={"NoncurrentDays": 30}),
                ]
            },
        },
    }


def _private(bucket: str, *more: Json) -> Json:
    """The policy of a bucket: nothing without TLS, and what is given besides."""
    objects = {"Fn::Sub": f"${{{bucket}.Arn}}/*"}
    return {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": ref(bucket),
            "PolicyDocument": policy(only_encrypted([attribute(bucket), objects], "s3:*"), *more),
        },
    }


def _read_by_the_edge() -> Json:
    """CloudFront may read, for this stage's distribution alone."""
    distribution = "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Distribution}"
    return {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": sub("${WebBucket.Arn}/*"),
        "Condition": {"StringEquals": {"aws:SourceArn": sub(distribution)}},
    }
