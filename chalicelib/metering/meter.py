"""Metering: the other functions' log lines, as CloudWatch Logs hands them over in batches, become figures by tenant and
day.

No request writes anything for it, and a batch of a thousand lines costs one write or two for each tenant in it. Lambda
may hand a batch over again: a marker written in the same transaction as its figures makes it count once.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import logging
from collections.abc import Mapping
from typing import Any

from chalicelib import logs
from chalicelib.metering import store
from chalicelib.metering.counts import Sums


def take(event: Mapping[str, Any]) -> dict[str, int]:
    """Count one batch, an event of a subscription filter: one transaction for each 45 tenants in it. Gives how many
    lines it had and how many were none of ours.

    Raises: Unavailable; the batch then comes again, and what was counted of it counts once.
    """
    batch = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    if batch["messageType"] != "DATA_MESSAGE":
        return {"lines": 0, "skipped": 0}  # CloudWatch Logs tries whether we can be reached
    lines, sums = batch["logEvents"], Sums()
    for line in lines:
        sums.take(line["message"], line["timestamp"])
    newest = max((line["timestamp"] for line in lines), default=0)
    store.add(_name(batch), sums.by_day, newest)
    if sums.skipped:
        logs.event("lines.skipped", level=logging.WARNING, skipped=sums.skipped, lines=len(lines))
    return {"lines": len(lines), "skipped": sums.skipped}


def _name(batch: Mapping[str, Any]) -> str:
    """What a batch is known by: a redelivered one has the same lines of the same stream."""
    lines = batch["logEvents"]
    ends = [lines[0]["id"], lines[-1]["id"]] if lines else []
    return hashlib.sha256("\n".join([batch["logGroup"], batch["logStream"], *ends]).encode()).hexdigest()[:32]
