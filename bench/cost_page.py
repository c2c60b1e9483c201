"""Writes the tables of ``docs/cost.md`` from the price table, the template and what was measured:
``python -m bench.cost_page``."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path

from bench import cost
from chalicelib.metering import prices
from chalicelib.metering.prices import DAYS_A_MONTH, PRICES, STANDING, Usage
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
    "waf_requests": "WAF, requests (at the edge and before the API)",
    "sqs_requests": "SQS, requests",
    "ses_messages": "SES, mails",
    "sns_sms_parts": "SNS, short messages (Vietnam, assumed)",
    "kms_requests": "KMS, requests",
    "cloudwatch_logs": "CloudWatch, logs taken in",
}
_STANDING = {
    "kms_key": "the key of people's tables and secrets",
    "alarm": "alarms",
    "dashboard": "the dashboard",
    "waf_acl": "the firewalls, at the edge and before the API",
    "waf_rule": "their rules",
    "secret": "what the edge proves itself by: the secret sent, and the one accepted beside it",
}
_WATCHED, _EDGE = ("alarm", "dashboard"), ("waf_acl", "waf_rule", "secret")
# A queue is asked for messages by five connections of Lambda's, each waiting 20 s; an invocation's own lines of log.
_POLLS_A_MINUTE, _LINES_BYTES = 15, 600
# What a tick is taken to last on Lambda; DynamoDB asks for the key once in five minutes.
_TICK_MS, _KEY_CALLS_A_TICK = 150, 0.2
_MINUTES = 60 * 24 * float(DAYS_A_MONTH)


def page(text: str) -> str:
    """The page with its tables written anew."""
    for name, table in {"prices": _prices(), "standing": _standing(), "unasked": _unasked(), **_estimates()}.items():
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
    held = _held()
    rows = [
        f"| {about} | {_when(name)} | {held[name]} | {STANDING[name]} | {held[name] * STANDING[name]:.2f} |"
        for name, about in _STANDING.items()
    ]
    with_domain = sum((number * STANDING[name] for name, number in held.items()), Decimal(0))
    without = with_domain - sum(held[name] * STANDING[name] for name in _EDGE)
    bare = without - sum(held[name] * STANDING[name] for name in _WATCHED)
    sums = {"with a domain": with_domain, "without a domain": without, "without a domain, not watched": bare}
    head = ["| what | when | number | price | a month |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows, *(f"| **{which}** | | | | **{usd:.2f}** |" for which, usd in sums.items())])


def _when(name: str) -> str:
    return "watched" if name in _WATCHED else "with a domain" if name in _EDGE else "always"


def _held() -> dict[str, int]:
    """How much of what is billed by time the templates hold."""
    here, edge = template.build()["Resources"], firewall.template()["Resources"]
    everything = [*here.values(), *edge.values()]
    kinds = Counter(each["Type"] for each in everything)
    walls = [each for each in everything if each["Type"] == "AWS::WAFv2::WebACL"]
    return {
        "kms_key": kinds["AWS::KMS::Key"],
        "alarm": kinds["AWS::CloudWatch::Alarm"],
        "dashboard": kinds["AWS::CloudWatch::Dashboard"],
        "waf_acl": len(walls),
        "waf_rule": sum(len(each["Properties"]["Rules"]) for each in walls),
        "secret": kinds["AWS::SecretsManager::Secret"],
    }


def _unasked() -> str:
    """What a stage does in a month though nobody asks: the clock's function, and Lambda looking into the queues."""
    made = template.build()["Resources"]
    memory = made["TickFunction"]["Properties"]["MemorySize"]
    queues = [each for each in made.values() if each["Type"] == "AWS::Lambda::EventSourceMapping"]
    minute = Usage(
        invocations=1,
        mb_ms=memory * _TICK_MS,
        rcu=0.5,
        queue_calls=len(queues) * _POLLS_A_MINUTE,
        log_bytes=_LINES_BYTES,
    )
    month = replace(minute.times(_MINUTES), key_calls=round(_KEY_CALLS_A_TICK * _MINUTES))
    assumed = (
        f"Assumed: {_TICK_MS} ms a tick, {_LINES_BYTES} bytes of log, {_POLLS_A_MINUTE} looks into a queue a minute."
    )
    return f"{_costs(month, 1, 'a month')}\n\n{assumed}"


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
