"""What the environment says about this deployment: read once, immutable, the same names in the cloud and on one
machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache

APP = "hocmo"


@dataclass(frozen=True, slots=True)
class Config:
    """One deployment. Addresses that are ``None`` are AWS's own."""

    stage: str
    region: str
    dynamodb_url: str | None
    aws_url: str | None
    bucket: str
    jobs_queue_url: str
    provisioning_queue_url: str
    space_role_arn: str | None  # the role that is assumed for one space at a time; none on one machine
    key_arn: str | None  # of KMS: people's tables, the platform's and the signing keys; none on one machine
    changes_function: str | None  # what follows the learning tables' streams; none on one machine, whose worker does
    changes_dead_queue_arn: str | None  # where batches of changes go that fail for good
    public_url: str
    mail_from: str
    sms_sender: str  # the name that short messages come from, where one is registered; empty: a number
    central: str
    push_hosts: tuple[str, ...]  # hosts of push services besides those that notifications/push_services.py lists
    local: bool
    edge: bool = False  # whether only CloudFront reaches the API, and so its word on who asks counts
    fetch_loopback: bool = False  # whether providers and webhooks may be on this very machine, without TLS

    @property
    def prefix(self) -> str:
        """What the name of every table of this deployment begins with."""
        return f"{APP}-{self.stage}"


@lru_cache(maxsize=1)
def current() -> Config:
    """The deployment this process serves. Tests that change the environment call ``current.cache_clear()``."""
    env = os.environ
    stage = env.get("HOCMO_STAGE", "local")
    return Config(
        stage=stage,
        region=env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION") or "ap-southeast-1",
        dynamodb_url=env.get("HOCMO_DYNAMODB_URL") or env.get("AWS_ENDPOINT_URL") or None,
        aws_url=env.get("HOCMO_AWS_URL") or env.get("AWS_ENDPOINT_URL") or None,
        bucket=env.get("HOCMO_BUCKET", f"{APP}-{stage}-content"),
        jobs_queue_url=env.get("HOCMO_JOBS_QUEUE_URL", ""),
        provisioning_queue_url=env.get("HOCMO_PROVISIONING_QUEUE_URL", ""),
        space_role_arn=env.get("HOCMO_SPACE_ROLE_ARN") or None,
        key_arn=env.get("HOCMO_KEY_ARN") or None,
        changes_function=env.get("HOCMO_CHANGES_FUNCTION") or None,
        changes_dead_queue_arn=env.get("HOCMO_CHANGES_DEAD_QUEUE_ARN") or None,
        public_url=env.get("HOCMO_PUBLIC_URL", "http://localhost:8000").rstrip("/"),
        mail_from=env.get("HOCMO_MAIL_FROM", "no-reply@hocmo.local"),
        sms_sender=env.get("HOCMO_SMS_SENDER", ""),
        central=env.get("HOCMO_CENTRAL", "trung-uong"),
        push_hosts=tuple(env.get("HOCMO_PUSH_HOSTS", "").split()),
        local=env.get("HOCMO_LOCAL") == "1",
        edge=env.get("HOCMO_EDGE") == "1",
        fetch_loopback=env.get("HOCMO_LOCAL") == "1" and env.get("HOCMO_FETCH_LOOPBACK") == "1",
    )
