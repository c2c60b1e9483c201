"""Where the rehearsal takes place: an emulated account that checks signatures and policies, and a stage deployed to it
by the very commands of ``make deploy``."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
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
_PROBE = """import os


def keys(event, context):
    return [os.environ[f"AWS_{name}"] for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")]
"""
_CODE = ("app.py", "chalicelib", "infra", "requirements.txt", ".chalice")


@dataclass
class Stand:
    """A stage in the emulated account at ``url``, and what its stack told."""

    url: str
    deployment: Deployment
    mails: Path
    administrator: Keys

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

    def intruder(self, function: str) -> Intruder:
        """Somebody who holds a function's own keys.

        Nobody may assume a function's role but Lambda, the administrator no more than others. So its keys are had as on
        AWS: code that runs with that role finds them in its environment, and the administrator lets some run.
        """
        administrator = Intruder(self.url, self.entitled(), self.administrator)
        functions, name = administrator.client("lambda"), f"probe-{function}"
        functions.create_function(
            FunctionName=name,
            Role=f"arn:aws:iam::{ACCOUNT}:role/{STAGE.stack}-{function}",
            Runtime=runtime.RUNTIME,
            Handler="probe.keys",
            Code={"ZipFile": _zipped("probe.py", _PROBE)},
            Timeout=30,
        )
        functions.get_waiter("function_active_v2").wait(FunctionName=name)
        told = functions.invoke(FunctionName=name)["Payload"].read()
        functions.delete_function(FunctionName=name)
        return Intruder(self.url, self.entitled(), Keys(*json.loads(told)))

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
        deployment = Deployment(STAGE, here, runtime.host(), rehearsable)
        yield Stand(url, deployment, folder / "mails", _administrator(here))


def _administrator(here: account.Account) -> Keys:
    """The keys of an administrator, whom policies bind as anybody: the account's root they do not."""
    iam = here.client("iam")
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.create_user(UserName="administrator")
    iam.put_user_policy(UserName="administrator", PolicyName="everything", PolicyDocument=json.dumps(everything))
    key = iam.create_access_key(UserName="administrator")["AccessKey"]
    return Keys(key["AccessKeyId"], key["SecretAccessKey"])


def _zipped(name: str, text: str) -> bytes:
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(name, text)
    return held.getvalue()
