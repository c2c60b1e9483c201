"""What one line of the log says was used: the pure rule from a line to figures of a tenant's day."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chalicelib import clock
from chalicelib.http.models import SLUG_PATTERN
from chalicelib.metering.prices import Usage
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import PLATFORM

# Sent with each answer besides its body: the status line, our headers and the edge's.
HEAD_BYTES = 600
# What Lambda writes by itself for each invocation (start, end, report), and what each line costs besides its text.
_REPORT_BYTES, _LINE_BYTES = 400, 26
# Receiving and deleting a message, beside sending it.
_CALLS_A_JOB = 2
# Lambda also calls when a stream's window closes (``jobs/streams.py``); that call writes no line.
_CALLS_A_BATCH = 2

Number = float | int


# More than one request, job of five minutes or batch can use by far: what a line says beyond it is a defect, and one
# such line would spoil a tenant's month. DynamoDB gives a table 40,000 units a second, API Gateway takes 10 MB.
_MOST_UNITS = 20_000_000
_MOST_CALLS = 1_000_000
_MOST_BYTES = 10 * 1024 * 1024


class _Line(BaseModel):
    """The facts of a line that are metered. What else is in it is nobody's business here."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False, strict=True)

    event: Literal["request.answered", "job.ended", "changes.applied"]
    tenant: str = Field(default="", pattern=f"^$|{SLUG_PATTERN}")
    status: int = 0
    ms: float = Field(default=0, ge=0, le=900_000)
    mb: int = Field(default=1_024, ge=128, le=10_240)
    rcu: float = Field(default=0, ge=0, le=_MOST_UNITS)
    wcu: float = Field(default=0, ge=0, le=_MOST_UNITS)
    s3_calls: int = Field(default=0, ge=0, le=_MOST_CALLS)
    bytes_in: int = Field(default=0, ge=0, le=_MOST_BYTES)
    bytes_out: int = Field(default=0, ge=0, le=_MOST_BYTES)
    messages: int = Field(default=0, ge=0, le=_MOST_CALLS)
    mails: int = Field(default=0, ge=0, le=_MOST_CALLS)
    sms: int = Field(default=0, ge=0, le=_MOST_CALLS)


@dataclass(slots=True)
class Counts:
    """Figures of one tenant on one day, as they are kept and added up."""

    requests: int = 0
    refused: int = 0  # told to come back later (429)
    failed: int = 0  # a fault of ours (5xx)
    jobs: int = 0
    batches: int = 0  # of changes
    ms: int = 0  # billed, of all functions
    mb_ms: int = 0
    invocations: int = 0
    rcu: float = 0
    wcu: float = 0
    s3_calls: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    queue_calls: int = 0
    mails: int = 0
    sms: int = 0  # parts of short messages
    log_bytes: int = 0

    def numbers(self) -> dict[str, Number]:
        """What is not nought, by name."""
        return {name: number for name in NAMES if (number := getattr(self, name))}

    def add(self, other: Counts) -> None:
        """Add up."""
        for name in NAMES:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def usage(self) -> Usage:
        """What of it is paid for, without what is stored."""
        return Usage(
            requests=self.requests,
            invocations=self.invocations,
            mb_ms=self.mb_ms,
            rcu=self.rcu,
            wcu=self.wcu,
            s3_calls=self.s3_calls,
            bytes_out=self.bytes_out + HEAD_BYTES * self.requests,
            queue_calls=self.queue_calls,
            mails=self.mails,
            sms=self.sms,
            log_bytes=self.log_bytes,
        )


NAMES: tuple[str, ...] = tuple(Counts.__dataclass_fields__)


def of_item(item: Item) -> Counts:
    """The figures of a kept item; those that another release keeps are passed over."""
    return Counts(**{name: item[name] for name in NAMES if name in item})


def total(each: Iterable[Counts]) -> Counts:
    """The sum of many."""
    result = Counts()
    for one in each:
        result.add(one)
    return result


@dataclass(slots=True)
class Sums:
    """Figures by tenant and day in Vietnam, and how many lines were none of ours or cannot be true."""

    by_day: dict[tuple[str, str], Counts] = field(default_factory=dict)
    skipped: int = 0

    def take(self, message: str, at_ms: int) -> None:
        """Add what a line says that was written at ``at_ms`` (milliseconds since 1970)."""
        try:
            line = _Line.model_validate_json(message)
            day = clock.vietnam_day(clock.from_epoch_ms(at_ms)).isoformat()
        except (ValidationError, ValueError, OverflowError, OSError):
            self.skipped += 1
            return
        counts = self.by_day.setdefault((line.tenant or PLATFORM, day), Counts())
        counts.add(_counts(line, len(message.encode())))


def _counts(line: _Line, size: int) -> Counts:
    billed_ms = math.ceil(line.ms) + 1  # whole milliseconds, and what the runtime takes around our own
    counts = Counts(
        ms=billed_ms, mb_ms=billed_ms * line.mb, rcu=line.rcu, wcu=line.wcu, s3_calls=line.s3_calls,
        bytes_in=line.bytes_in, bytes_out=line.bytes_out, queue_calls=line.messages, mails=line.mails, sms=line.sms,
        log_bytes=size + _LINE_BYTES + _REPORT_BYTES, invocations=1,
    )  # fmt: skip
    match line.event:
        case "request.answered":
            counts.requests = 1
            counts.refused = int(line.status == 429)
            counts.failed = int(line.status >= 500)
        case "job.ended":
            counts.jobs = 1
            counts.queue_calls += _CALLS_A_JOB
        case "changes.applied":
            counts.batches = 1
            counts.invocations = _CALLS_A_BATCH
    return counts
