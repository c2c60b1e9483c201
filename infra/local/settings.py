"""What the app's processes are told by their environment on one machine: the same names as in the cloud."""

import os
from dataclasses import dataclass

from infra.local.places import HOME
from infra.local.ports import LOOPBACK

REGION = "ap-southeast-1"
STAGE = "local"
BUCKET = f"hocmo-{STAGE}-content"
JOBS_QUEUE = f"hocmo-{STAGE}-jobs"
PROVISIONING_QUEUE = f"hocmo-{STAGE}-provisioning"
MAIL_FROM = "no-reply@hocmo.local"
CENTRAL = "trung-uong"

ACCOUNT = "000000000000"


@dataclass(frozen=True)
class Addresses:
    """Where things listen, all on loopback. `database_port` is `aws_port` where ministack stands in for dynoxide."""

    port: int
    database_port: int
    aws_port: int

    @property
    def public_url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def database_url(self) -> str:
        return f"http://{LOOPBACK}:{self.database_port}"

    @property
    def aws_url(self) -> str:
        return f"http://{LOOPBACK}:{self.aws_port}"


def clean_environment() -> dict[str, str]:
    """This process's environment without what could send a local process to a real account, or to a proxy.

    A developer's AWS_PROFILE, and the files and metadata service that botocore would ask, must not be seen here.
    """
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "HOCMO_"))}
    return ours | {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",  # ministack takes no other key for presigned addresses
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": f"localhost,{LOOPBACK}",
        "no_proxy": f"localhost,{LOOPBACK}",
        "PYTHONUNBUFFERED": "1",
    }


def app_environment(at: Addresses) -> dict[str, str]:
    """What gateway, worker and scripts need to find everything."""
    return clean_environment() | {
        "HOCMO_STAGE": STAGE,
        "HOCMO_LOCAL": "1",
        # Whether providers, super-apps and webhooks may be on this very machine: said outright, or not.
        "HOCMO_FETCH_LOOPBACK": os.environ.get("HOCMO_FETCH_LOOPBACK", "0"),
        "HOCMO_HOME": str(HOME),
        "HOCMO_DYNAMODB_URL": at.database_url,
        "HOCMO_AWS_URL": at.aws_url,
        "HOCMO_BUCKET": BUCKET,
        "HOCMO_JOBS_QUEUE_URL": f"{at.aws_url}/{ACCOUNT}/{JOBS_QUEUE}",
        "HOCMO_PROVISIONING_QUEUE_URL": f"{at.aws_url}/{ACCOUNT}/{PROVISIONING_QUEUE}",
        "HOCMO_PUBLIC_URL": at.public_url,
        "HOCMO_MAIL_FROM": MAIL_FROM,
        "HOCMO_CENTRAL": CENTRAL,
    }
