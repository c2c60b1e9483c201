"""Log lines as CloudWatch Logs hands them to a subscribed function."""

import base64
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from infra.local.settings import ACCOUNT


@dataclass(frozen=True)
class Line:
    """One line of a log: its place in it, when it was written (milliseconds since 1970), and what it says."""

    id: str
    at_ms: int
    message: str


def event(group: str, stream: str, lines: Sequence[Line]) -> dict[str, Any]:
    """What the function of a subscription filter is called with."""
    batch = {
        "messageType": "DATA_MESSAGE",
        "owner": ACCOUNT,
        "logGroup": group,
        "logStream": stream,
        "subscriptionFilters": ["hocmo-local-meter"],
        "logEvents": [{"id": line.id, "timestamp": line.at_ms, "message": line.message} for line in lines],
    }
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(batch).encode())).decode()}}
