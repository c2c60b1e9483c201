"""The floor: botocore's client as someone sets it who counts microseconds, and nothing around it."""

from __future__ import annotations

from typing import Any

import botocore.session
from botocore.config import Config

from infra.local.settings import REGION


def client(url: str) -> Any:
    """A client of the engine: no validation of parameters, a fixed user agent, standard retries."""
    settings = Config(
        parameter_validation=False,
        user_agent="bench",
        retries={"mode": "standard", "max_attempts": 3},
        tcp_keepalive=True,
    )
    return botocore.session.get_session().create_client(
        "dynamodb",
        region_name=REGION,
        endpoint_url=url,
        config=settings,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
