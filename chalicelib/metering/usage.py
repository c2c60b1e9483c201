"""What a tenant used, day by day, and about what that costs: for its admins, for operators, for the nation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from chalicelib import clock
from chalicelib.http import periods
from chalicelib.http.periods import Period
from chalicelib.metering import counts, prices, store
from chalicelib.metering.counts import Counts
from chalicelib.metering.models import (
    MOST_DAYS,
    CostItem,
    Figures,
    MonthOfNation,
    MonthOfTenant,
    PriceTable,
    QuotaUse,
    StoredBytes,
    Usage,
    UsageDay,
)
from chalicelib.metering.prices import Cost
from chalicelib.metering.quotas import GB, Stored, stored_of
from chalicelib.storage.items import Item
from chalicelib.storage.quotas import Quotas
from chalicelib.storage.spaces import PLATFORM

PRICE_TABLE = PriceTable(as_of=prices.AS_OF, region=prices.REGION)


def of_tenant(slug: str, quotas: Quotas, period: Period) -> Usage:
    """What a tenant used on some days: 3 calls. Raises: InvalidInput for a period that is none."""
    first, last = periods.span(period, MOST_DAYS)
    items = store.days(slug, first.isoformat(), last.isoformat())
    stored = stored_of(store.stored(slug))
    by_day = {item["sk"]: counts.of_item(item) for item in items}
    totals = counts.total(by_day.values())
    costs = prices.cost(totals.usage + _kept(stored, _days_until_now(first, last)))
    return Usage(
        slug=slug,
        first_day=first,
        last_day=last,
        as_of=_newest(items),
        totals=Figures(**_figures(totals)),
        days=[_day(day, by_day.get(day.isoformat(), Counts())) for day in periods.dates(first, last)],
        cost=str(prices.total(costs)),
        costs=_items(costs),
        prices=PRICE_TABLE,
        stored=_stored(stored),
        quotas=_quotas(quotas, stored, store.learners(slug)),
    )


class Month:
    """A month of all tenants: 1 Query for what was used and 1 for what is stored, for each megabyte of them."""

    def __init__(self, today: date | None = None) -> None:
        self._today = today or clock.vietnam_day()
        self.name = self._today.isoformat()[:7]
        self._used = {item["sk"]: item for item in store.month(self.name)}
        self._stored = {item["sk"]: item for item in store.all_stored()}

    def of(self, slug: str) -> MonthOfTenant:
        """What one of them used."""
        return _month_of(self._used.get(slug), self._stored.get(slug), self._today)

    def of_all(self) -> MonthOfNation:
        """What all of them used together, the platform among them."""
        used = counts.total(counts.of_item(item) for item in self._used.values())
        stored = _together(stored_of(item) for item in self._stored.values())
        costs = prices.cost(used.usage + _kept(stored, self._today.day))
        return MonthOfNation(
            month=self.name,
            **_month(used, stored, costs),
            platform=self.of(PLATFORM),
            costs=_items(costs),
            prices=PRICE_TABLE,
        )


def months_of(slugs: Iterable[str]) -> dict[str, MonthOfTenant]:
    """What some tenants used in this month: 2 calls for a hundred."""
    slugs, today = list(slugs), clock.vietnam_day()
    used, stored = store.month_of(today.isoformat()[:7], slugs), store.stored_of(slugs)
    return {slug: _month_of(used.get(slug), stored.get(slug), today) for slug in slugs}


def _month_of(used_item: Item | None, stored_item: Item | None, today: date) -> MonthOfTenant:
    used, stored = counts.of_item(used_item or {}), stored_of(stored_item)
    return MonthOfTenant(**_month(used, stored, prices.cost(used.usage + _kept(stored, today.day))))


def _month(used: Counts, stored: Stored, costs: list[Cost]) -> Item:
    return {
        "requests": used.requests,
        "refused": used.refused,
        "bytes_out": used.bytes_out,
        "stored_bytes": stored.items_bytes + stored.files_bytes,
        "cost": str(prices.total(costs)),
    }


def _together(each: Iterable[Stored]) -> Stored:
    items_bytes = files_bytes = files = 0
    for one in each:
        items_bytes, files_bytes, files = (
            items_bytes + one.items_bytes,
            files_bytes + one.files_bytes,
            files + one.files,
        )
    return Stored(items_bytes, files_bytes, files, None)


def _kept(stored: Stored, days: int) -> prices.Usage:
    """What is stored now, as if it had been so all these days."""
    return prices.Usage(items_byte_days=stored.items_bytes * days, files_byte_days=stored.files_bytes * days)


def _days_until_now(first: date, last: date) -> int:
    return max(0, (min(last, clock.vietnam_day()) - first).days + 1)


def _newest(items: Iterable[Item]) -> datetime | None:
    newest = max((item["at"] for item in items), default=None)
    return None if newest is None else clock.from_epoch_ms(newest)


def _figures(of: Counts) -> Item:
    return {
        "requests": of.requests,
        "refused": of.refused,
        "failed": of.failed,
        "jobs": of.jobs,
        "compute_gb_s": round(of.mb_ms / 1024 / 1000, 3),
        "reads": of.rcu,
        "writes": of.wcu,
        "file_calls": of.s3_calls,
        "bytes_in": of.bytes_in,
        "bytes_out": of.bytes_out,
        "mails": of.mails,
        "sms": of.sms,
    }


def _day(day: date, used: Counts) -> UsageDay:
    return UsageDay(day=day, cost=str(prices.total(prices.cost(used.usage))), **_figures(used))


def _items(costs: Iterable[Cost]) -> list[CostItem]:
    return [
        CostItem(item=each.item, quantity=float(each.quantity), unit=each.unit, cost=str(each.usd)) for each in costs
    ]


def _stored(stored: Stored) -> StoredBytes:
    return StoredBytes(
        items_bytes=stored.items_bytes,
        files_bytes=stored.files_bytes,
        files=stored.files,
        measured_at=None if stored.at is None else clock.from_epoch_ms(stored.at),
    )


def _quotas(quotas: Quotas, stored: Stored, learners: int) -> list[QuotaUse]:
    gigabytes = round(stored.files_bytes / GB, 3)
    return [
        QuotaUse(quota="requests_per_second", limit=quotas.requests_per_second, used=None, percent=None),
        QuotaUse(
            quota="storage_gb",
            limit=quotas.storage_gb,
            used=gigabytes,
            percent=round(100 * gigabytes / quotas.storage_gb, 2),
        ),
        QuotaUse(quota="people", limit=quotas.people, used=learners, percent=round(100 * learners / quotas.people, 2)),
    ]
