"""Where the rehearsal takes place: an emulated account that checks signatures and policies, and a stage deployed to it
by the very commands of ``make deploy``."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib import config
from chalicelib.storage.credentials import Keys
from chalicelib.storage.entitlements import Account
from infra.cloud import account, runtime, stacks
from infra.cloud.deploy import Deployment
from infra.cloud.rehearsal.emulated import rehearsable
from infra.cloud.rehearsal.intruder import Intruder
from infra.cloud.stages import Stage
from infra.local import engine, mail
from infra.local.places import REPOSITORY
from infra.local.settings import ACCOUNT, clean_environment

STAGE = Stage(
    name="rehearsal",
    region="ap-southeast-1",
    mail_from="no-reply@hoc.vn",
    makes_mail_identity=True,
    requests_per_second=10_000,
    request_burst=5_000,
)
SERVICES = (
    "cloudformation,s3,sqs,sns,ses,sts,iam,kms,lambda,events,apigateway,apigatewayv2,cloudfront,cloudwatch,monitoring,"
    "logs,dynamodb,dynamodbstreams"
).split(",")
ROOT = Keys("test", "test")
_CODE = ("app.py", "chalicelib", "infra", "requirements.txt", ".chalice")


@dataclass
class Stand:
    """A stage in the emulated account at ``url``, and what its stack told."""

    url: str
    deployment: Deployment
    mails: Path

    def client(self, service: str) -> Any:
        """A client with the rights of whoever deploys."""
        return self.deployment.account.client(service)

    @property
    def told(self) -> dict[str, str]:
        """The stack's outputs."""
        return stacks.outputs(self.client("cloudformation"), STAGE.stack)

    @property
    def address(self) -> str:
        """API Gateway's address of the stage, as this account serves it."""
        return f"{self.url}/_aws/execute-api/{self.told['ApiId']}/api"

    def mails_to(self, address: str) -> list[dict[str, Any]]:
        """What was sent to an address, newest first."""
        mail.collect(self.url, self.mails)
        return mail.newest(self.mails, address)

    def serve_in_process(self) -> None:
        """Have this process serve the stage with the deployer's rights, as ``make operator`` does."""
        told = self.told
        os.environ |= {
            "HOCMO_STAGE": STAGE.name,
            "HOCMO_KEY_ARN": told["KeyArn"],
            "HOCMO_BUCKET": told["ContentBucket"],
            "HOCMO_PUBLIC_URL": told["Address"],
            "HOCMO_CENTRAL": STAGE.central,
        }
        config.current.cache_clear()

    def entitled(self) -> Account:
        """The deployment as session policies name it."""
        told = self.told
        return Account("aws", ACCOUNT, STAGE.region, STAGE.stack, told["ContentBucket"], told["KeyArn"], STAGE.central)

    @contextmanager
    def intruder(self, function: str) -> Iterator[Intruder]:
        """Somebody who holds a function's own keys.

        Only Lambda may assume a function's role; for this the account's root lets itself in, and out again.
        """
        iam, role = self.client("iam"), f"{STAGE.stack}-{function}"
        trust = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        root = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
        opened = {**trust, "Statement": [*trust["Statement"], root]}
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(opened))
        try:
            yield Intruder(self.url, self.entitled(), ROOT).assuming(f"arn:aws:iam::{ACCOUNT}:role/{role}")
        finally:
            iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trust))

    def release(self, folder: Path) -> None:
        """Deploy another release: other code (by a line), other settings."""
        for name in _CODE:
            source = REPOSITORY / name
            copy = shutil.copytree if source.is_dir() else shutil.copy2
            copy(source, folder / name)
        with (folder / "app.py").open("a") as code:
            code.write("# the next release\n")
        changed = STAGE.model_copy(update={"log_retention_days": 14})
        self.deployment = Deployment(changed, self.deployment.account, runtime.host(), rehearsable, folder)
        self.deployment.deploy()


@contextmanager
def stand(folder: Path) -> Iterator[Stand]:
    """The account, with nothing in it; this process is its deployer."""
    with engine.ministack(folder / "account", SERVICES, iam=True) as url:
        for name in [each for each in os.environ if each.startswith(("AWS_", "HOCMO_"))]:
            del os.environ[name]
        os.environ |= clean_environment() | {"AWS_ENDPOINT_URL": url}
        here = account.enter(STAGE.region)
        yield Stand(url, Deployment(STAGE, here, runtime.host(), rehearsable), folder / "mails")
