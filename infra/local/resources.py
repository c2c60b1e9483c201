"""What CloudFormation makes in the cloud, made on one machine: bucket, queues, mail identity, platform table.

Everything may be repeated. ministack keeps S3's data through a kill, but forgets queues, identities and the bucket's
CORS rules, so this runs whenever ministack (re)started. Queued hints that are lost so are repeated by `app.tick`.
"""

import json
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.local.engine import EngineFailed
from infra.local.settings import ACCOUNT, BUCKET, JOBS_QUEUE, MAIL_FROM, PROVISIONING_QUEUE, REGION, Addresses

VISIBILITY_S = 60
MAX_RECEIVES = 5  # then a message is left to the dead-letter queue, and its job to the schedule


def create_storage(at: Addresses) -> None:
    """Bucket, queues and sender in ministack. Raises: EngineFailed."""
    try:
        create_bucket(client("s3", at.aws_url), at.public_url)
        create_queues(client("sqs", at.aws_url))
        client("sesv2", at.aws_url).create_email_identity(EmailIdentity=MAIL_FROM)
    except (BotoCoreError, ClientError) as error:
        raise EngineFailed(f"Bucket, queues or sender could not be made: {error}") from error


def create_platform() -> None:
    """The registry's table. The app's own code makes it, configured by this process's environment.

    Raises: EngineFailed.
    """
    from chalicelib.errors import Unavailable
    from chalicelib.storage import tables

    try:
        tables.create_platform()
    except (BotoCoreError, ClientError, Unavailable) as error:
        raise EngineFailed(f"The platform's table could not be made: {error}") from error


def client(service: str, url: str) -> Any:
    """A client of ministack: patient, for long polling, but it tries once; who polls tries again anyway."""
    settings = Config(connect_timeout=2, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 1})
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=settings,
    )


def create_bucket(s3: Any, public_url: str) -> None:
    """The content bucket, with the CORS rule of the cloud's, for spaces' pages too, which stand at hosts below ours
    (ministack itself answers every origin)."""
    try:
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
            raise
    below = public_url.replace("://localhost", "://*.localhost")
    rule = {
        "AllowedOrigins": [public_url, below, public_url.replace("localhost", "127.0.0.1")],
        "AllowedMethods": ["GET", "HEAD", "POST", "PUT"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag", "Content-Range", "Accept-Ranges"],
        "MaxAgeSeconds": 3600,
    }
    s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [rule]})


def create_queues(sqs: Any) -> None:
    """The queues of jobs, and for each the one for what could not be handled after five tries."""
    for name in (JOBS_QUEUE, PROVISIONING_QUEUE):
        _create_queue(sqs, name)


def _create_queue(sqs: Any, name: str) -> None:
    """Attributes are set afterwards, since making a queue anew with other attributes is refused."""
    dead = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=dead, Attributes={"MessageRetentionPeriod": "1209600"})
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}-dead"
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": MAX_RECEIVES})
    jobs = sqs.create_queue(QueueName=name)["QueueUrl"]
    attributes = {"VisibilityTimeout": str(VISIBILITY_S), "RedrivePolicy": redrive}
    sqs.set_queue_attributes(QueueUrl=jobs, Attributes=attributes)
