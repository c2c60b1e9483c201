"""The app's own code over a stage's data, with the rights of whoever deploys: its first operator, and maintenance."""

from __future__ import annotations

import os

from infra.cloud import account, stacks, stages
from infra.cloud.account import DeployFailed


def enter(name: str) -> None:
    """Have this process serve a stage as its functions do, but for their roles. Raises: Unfit, DeployFailed."""
    stage = stages.read(name)
    here = account.enter(stage.region)
    told = stacks.outputs(here.client("cloudformation"), stage.stack)
    if "PlatformTable" not in told:
        raise DeployFailed(f"{stage.stack} is not deployed: make deploy STAGE={name}")
    # What a shell has left of another deployment, an engine's address above all, must not lead elsewhere.
    for other in [each for each in os.environ if each.startswith("HOCMO_")]:
        del os.environ[other]
    os.environ |= {
        "HOCMO_STAGE": name,
        "HOCMO_KEY_ARN": told["KeyArn"],
        "HOCMO_BUCKET": told["ContentBucket"],
        "HOCMO_PUBLIC_URL": told["Address"],
        "HOCMO_CENTRAL": stage.central,
        "AWS_REGION": stage.region,
    }
    from chalicelib import config

    config.current.cache_clear()
