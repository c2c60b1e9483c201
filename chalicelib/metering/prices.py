"""What usage costs: one dated table of AWS's list prices, and pure functions from usage to cost, item by item.

An estimate for comparing and for budgeting, not a bill: list prices of the first tier, no free tier, no discount and no
tax. What is shared by all tenants whatever they do (the key, the firewall, alarms) is in :data:`STANDING`, apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

REGION = "ap-southeast-1"
CURRENCY = "USD"
# The newest publication of AWS's price list that these figures were held against; raise it with the table.
AS_OF = date(2026, 9, 11)
SOURCE = "https://aws.amazon.com/pricing/ (list prices, first tier, on demand)"

Item = Literal[
    "dynamodb_reads",
    "dynamodb_writes",
    "dynamodb_storage",
    "dynamodb_backups",
    "lambda_requests",
    "lambda_duration",
    "api_gateway_requests",
    "s3_requests",
    "s3_storage",
    "s3_bytes",
    "cloudfront_requests",
    "cloudfront_bytes",
    "waf_requests",
    "sqs_requests",
    "ses_messages",
    "sns_sms_parts",
    "kms_requests",
    "cloudwatch_logs",
]

_MILLION, _THOUSAND, _TEN_THOUSAND = Decimal(10**6), Decimal(10**3), Decimal(10**4)
GIB = Decimal(2**30)
DAYS_A_MONTH = Decimal(365) / 12
_MICRO = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit of an item costs in US dollars, and of what ``units`` count: ``usd`` for ``per`` of them."""

    usd: Decimal
    per: Decimal
    unit: str


def _price(usd: str, per: Decimal, unit: str) -> Price:
    return Price(Decimal(usd), per, unit)


PRICES: Mapping[Item, Price] = {
    "dynamodb_reads": _price("0.1425", _MILLION, "read request units"),
    "dynamodb_writes": _price("0.71", _MILLION, "write request units"),
    "dynamodb_storage": _price("0.285", Decimal(1), "GB-months"),
    "dynamodb_backups": _price("0.228", Decimal(1), "GB-months"),  # continuous backups (point-in-time recovery)
    "lambda_requests": _price("0.20", _MILLION, "requests"),
    "lambda_duration": _price("0.0000133334", Decimal(1), "GB-seconds"),  # arm64
    "api_gateway_requests": _price("4.25", _MILLION, "requests"),  # REST API
    "s3_requests": _price("0.005", _THOUSAND, "requests"),  # all at the price of a write, the dearer kind
    "s3_storage": _price("0.025", Decimal(1), "GB-months"),
    "s3_bytes": _price("0.12", Decimal(1), "GB"),  # files, read by signed addresses over the internet
    "cloudfront_requests": _price("0.0120", _TEN_THOUSAND, "HTTPS requests"),  # Asia, Vietnam among it
    "cloudfront_bytes": _price("0.120", Decimal(1), "GB"),
    "waf_requests": _price("0.60", _MILLION, "requests looked at"),  # at the edge, and again before the API
    "sqs_requests": _price("0.40", _MILLION, "requests"),
    "ses_messages": _price("0.10", _THOUSAND, "messages"),
    # To a phone in Vietnam. An assumption (docs/cost.md): the published list goes by country and changes unannounced,
    # and no copy of it was at hand. What is billed is a part of 160 letters, or 153 where there are more.
    "sns_sms_parts": _price("0.08", Decimal(1), "message parts"),
    "kms_requests": _price("0.03", _TEN_THOUSAND, "requests"),
    "cloudwatch_logs": _price("0.70", Decimal(1), "GB"),
}

# What a deployment pays each month with no visitor at all, once, however many tenants it has. CloudFront, queues and
# budgets without actions are not billed by time.
STANDING: Mapping[str, Decimal] = {
    "kms_key": Decimal("1.00"),
    "waf_acl": Decimal("5.00"),
    "waf_rule": Decimal("1.00"),
    "secret": Decimal("0.40"),
    "alarm": Decimal("0.10"),
    "dashboard": Decimal("3.00"),
}


@dataclass(frozen=True, slots=True)
class Usage:
    """How much was used of what AWS bills. Storage is in byte-days: a gigabyte kept for a month is 2³⁰ × 365/12."""

    requests: int = 0  # to the API, from outside
    edge_requests: int = 0  # at the edge, besides those: files of the web client; for estimates alone
    invocations: int = 0  # of any function, those of requests among them
    mb_ms: int = 0  # megabytes of memory × billed milliseconds
    rcu: float = 0
    wcu: float = 0
    s3_calls: int = 0
    bytes_out: int = 0
    file_bytes_out: int = 0  # read from the file store itself, which tells us nothing of it: for estimates alone
    queue_calls: int = 0
    mails: int = 0
    sms: int = 0  # parts of short messages
    key_calls: int = 0
    log_bytes: int = 0
    items_byte_days: int = 0
    files_byte_days: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(Usage)})

    def times(self, factor: float) -> Usage:
        """So many times as much; what comes in wholes is rounded."""
        grown = {each.name: getattr(self, each.name) * factor for each in fields(Usage)}
        return Usage(**{name: number if name in ("rcu", "wcu") else round(number) for name, number in grown.items()})


@dataclass(frozen=True, slots=True)
class Cost:
    """One item of a cost: how many units, and US dollars to six decimals."""

    item: Item
    quantity: Decimal
    unit: str
    usd: Decimal


def cost(usage: Usage) -> list[Cost]:
    """What ``usage`` costs, item by item in the order of the table; nought where nothing was used."""
    return [_cost(item, quantity) for item, quantity in _quantities(usage).items()]


def total(costs: Iterable[Cost]) -> Decimal:
    """US dollars of all items together, to six decimals."""
    return sum((each.usd for each in costs), Decimal(0)).quantize(_MICRO)


def _cost(item: Item, quantity: Decimal) -> Cost:
    price = PRICES[item]
    usd = (quantity * price.usd / price.per).quantize(_MICRO, ROUND_HALF_EVEN)
    return Cost(item, quantity.quantize(_MICRO, ROUND_HALF_EVEN), price.unit, usd)


def _quantities(usage: Usage) -> dict[Item, Decimal]:
    items_gb = Decimal(usage.items_byte_days) / GIB / DAYS_A_MONTH
    return {
        "dynamodb_reads": _exact(usage.rcu),
        "dynamodb_writes": _exact(usage.wcu),
        "dynamodb_storage": items_gb,
        "dynamodb_backups": items_gb,
        "lambda_requests": Decimal(usage.invocations),
        "lambda_duration": Decimal(usage.mb_ms) / 1024 / 1000,
        "api_gateway_requests": Decimal(usage.requests),
        "s3_requests": Decimal(usage.s3_calls),
        "s3_storage": Decimal(usage.files_byte_days) / GIB / DAYS_A_MONTH,
        "s3_bytes": Decimal(usage.file_bytes_out) / GIB,
        "cloudfront_requests": Decimal(usage.requests + usage.edge_requests),
        "cloudfront_bytes": Decimal(usage.bytes_out) / GIB,
        "waf_requests": Decimal(2 * usage.requests + usage.edge_requests),
        "sqs_requests": Decimal(usage.queue_calls),
        "ses_messages": Decimal(usage.mails),
        "sns_sms_parts": Decimal(usage.sms),
        "kms_requests": Decimal(usage.key_calls),
        "cloudwatch_logs": Decimal(usage.log_bytes) / GIB,
    }


def _exact(units: float) -> Decimal:
    # Capacity comes in halves and quarters: as a text it is exact, as a binary fraction it need not be.
    return Decimal(str(units))
