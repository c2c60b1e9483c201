"""Writes the tables of ``docs/cost.md`` from the price table, the template and what was measured:
``python -m bench.cost_page``."""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal
from functools import partial
from pathlib import Path

from bench import cost
from chalicelib.metering import prices
from chalicelib.metering.prices import PRICES, STANDING, Usage
from infra.cloud import firewall, template

PAGE = Path(__file__).resolve().parents[1] / "docs" / "cost.md"
LEARNERS, VISITS = 1_000, 23_000_000
WORDS = {
    "dynamodb_reads": "DynamoDB, reads",
    "dynamodb_writes": "DynamoDB, writes",
    "dynamodb_storage": "DynamoDB, items kept",
    "dynamodb_backups": "DynamoDB, continuous backups",
    "lambda_requests": "Lambda, invocations",
    "lambda_duration": "Lambda, duration (arm64)",
    "api_gateway_requests": "API Gateway, REST",
    "s3_requests": "S3, requests (as writes)",
    "s3_storage": "S3, files kept",
    "s3_bytes": "S3, files read over the internet",
    "cloudfront_requests": "CloudFront, HTTPS requests (Asia)",
    "cloudfront_bytes": "CloudFront, bytes (Asia)",
    "sqs_requests": "SQS, requests",
    "ses_messages": "SES, mails",
    "kms_requests": "KMS, requests",
    "cloudwatch_logs": "CloudWatch, logs taken in",
}
_STANDING = {
    "kms_key": "the key of people's tables and secrets",
    "waf_acl": "the firewall",
    "waf_rule": "its rules",
    "alarm": "alarms",
    "dashboard": "the dashboard",
}


def page(text: str) -> str:
    """The page with its tables written anew."""
    for name, table in {"prices": _prices(), "standing": _standing(), **_estimates()}.items():
        block = f"<!-- {name} -->\n{table}\n<!-- /{name} -->"
        text = re.sub(f"<!-- {name} -->.*<!-- /{name} -->", partial(_as_it_is, block), text, flags=re.DOTALL)
    return text


def estimates() -> str:
    """The tables of what was measured."""
    return "\n\n".join(f"{name}\n{table}" for name, table in _estimates().items())


def _estimates() -> dict[str, str]:
    found = json.loads(cost.RESULT.read_text())
    assumed = found["assumed"]
    files = f"Assumed: {assumed['lesson_files_bytes'] / 1e6:g} MB of files a lesson"
    client = f"{assumed['client_bytes'] / 1e3:g} KB of the web client a visit in {assumed['client_files']} files"
    kept = f"{assumed['item_bytes'] / 1e3:g} KB of items a learner, kept for {assumed['kept_days']} days"
    return {
        "course": _costs(Usage(**found["course"]), LEARNERS, "a learner") + f"\n\n{files}, {client}, {kept}.",
        "visits": _costs(Usage(**found["visit"]), VISITS, "a visit") + f"\n\n{files}, {client}.",
    }


def _as_it_is(block: str, _found: re.Match[str]) -> str:
    return block


def _prices() -> str:
    rows = [
        f"| {WORDS[item]} | {price.usd:f} | {'' if price.per == 1 else f'{price.per:,} '}{price.unit} |"
        for item, price in PRICES.items()
    ]
    head = f"{prices.REGION}, {prices.CURRENCY}, as of {prices.AS_OF}; source: {prices.SOURCE}."
    return "\n".join([head, "", "| item | price | for |", "|---|---|---|", *rows])


def _standing() -> str:
    rows, total = [], Decimal(0)
    for name, number in _held().items():
        total += number * STANDING[name]
        rows.append(f"| {_STANDING[name]} | {number} | {STANDING[name]} | {number * STANDING[name]:.2f} |")
    head = ["| what | number | price | a month |", "|---|---|---|---|"]
    return "\n".join([*head, *rows, f"| **together** | | | **{total:.2f}** |"])


def _held() -> dict[str, int]:
    """How much of what is billed by time the templates hold."""
    here, edge = template.build()["Resources"], firewall.template()["Resources"]
    kinds = Counter(each["Type"] for each in [*here.values(), *edge.values()])
    walls = [each for each in edge.values() if each["Type"] == "AWS::WAFv2::WebACL"]
    return {
        "kms_key": kinds["AWS::KMS::Key"],
        "waf_acl": len(walls),
        "waf_rule": sum(len(each["Properties"]["Rules"]) for each in walls),
        "alarm": kinds["AWS::CloudWatch::Alarm"],
        "dashboard": kinds["AWS::CloudWatch::Dashboard"],
    }


def _costs(one: Usage, times: int, each: str) -> str:
    costs = prices.cost(one.times(times))
    together = prices.total(costs)
    rows = [
        f"| {WORDS[line.item]} | {_short(line.quantity)} {line.unit} | {_short(line.usd)}"
        f" | {_percent(line.usd, together)} |"
        for line in costs
        if line.usd
    ]
    head = ["| item | quantity | cost | part |", "|---|---|---|---|"]
    last = f"| **together** | {together / times:.6f} {each} | **{together:,.2f}** | |"
    return "\n".join([*head, *rows, last])


def _short(number: Decimal) -> str:
    """Enough digits to compare by."""
    return f"{number:,.0f}" if number >= 1_000 else f"{number:,.2f}" if number >= 1 else f"{number:.4f}"


def _percent(part: Decimal, whole: Decimal) -> str:
    return f"{part / whole * 100:.1f} %"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
