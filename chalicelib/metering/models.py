"""What crosses the boundary of metering."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from chalicelib.http.models import Outbound
from chalicelib.metering import prices
from chalicelib.metering.prices import Item

MOST_DAYS = 92

Quota = Literal["requests_per_second", "storage_gb", "people"]


def dollars(description: str, example: str) -> str:
    """A field of money: a text, so that no reader rounds it."""
    text: str = Field(description=f"US dollars: {description}", pattern=r"^\d+\.\d{6}$", examples=[example])
    return text


class Figures(Outbound):
    """What was used, besides what is stored."""

    requests: int = Field(description="Requests to the API that were answered, whatever the answer.", examples=[48_210])
    refused: int = Field(description="Of these, told to come back later (429).", examples=[12])
    failed: int = Field(description="Of these, answered by a fault of the platform (5xx).", examples=[0])
    jobs: int = Field(description="Pieces of background work.", examples=[37])
    compute_gb_s: float = Field(description="Gigabytes of memory × seconds that functions ran.", examples=[612.5])
    reads: float = Field(description="DynamoDB read request units.", examples=[30_155.5])
    writes: float = Field(description="DynamoDB write request units.", examples=[21_804])
    file_calls: int = Field(description="Calls of the file store that requests and jobs made.", examples=[96])
    bytes_in: int = Field(description="Bodies of requests.", examples=[3_201_442])
    bytes_out: int = Field(
        description="Bodies of answers. Files are read from the file store itself and are not in it.",
        examples=[188_402_113],
    )
    mails: int = Field(examples=[214])
    sms: int = Field(description="Parts of short messages, each paid for at an assumed price.", examples=[35])


class UsageDay(Figures):
    """One day in Vietnam."""

    day: date
    cost: str = dollars("estimate of the day, without what is stored.", "0.312480")


class CostItem(Outbound):
    """What one kind of thing costs."""

    item: Item
    quantity: float = Field(examples=[48_210])
    unit: str = Field(examples=["requests"])
    cost: str = dollars("the quantity at the price of the table.", "0.204893")


class PriceTable(Outbound):
    """Which prices an estimate is by."""

    as_of: date = Field(description="When the table was last held against the provider's list.")
    region: str = Field(examples=[prices.REGION])
    currency: Literal["USD"] = "USD"


class StoredBytes(Outbound):
    """What is stored, as last measured, and files that were uploaded since."""

    items_bytes: int = Field(description="In tables and their indexes.", examples=[48_201_113])
    files_bytes: int = Field(examples=[2_104_882_019])
    files: int = Field(examples=[318])
    measured_at: datetime | None = Field(description="null: not measured yet; that happens at night.")


class QuotaUse(Outbound):
    """How much of a quota is used."""

    quota: Quota
    limit: int = Field(examples=[100])
    used: float | None = Field(
        description="null for requests a second: what of these was too many is `refused`.",
        examples=[1.96],
    )
    percent: float | None = Field(description="Of the limit.", examples=[1.96])


class Usage(Outbound):
    """What a tenant used on some days, and about what that costs."""

    slug: str = Field(examples=["hue"])
    first_day: date
    last_day: date
    as_of: datetime | None = Field(
        description="The newest request or job that is in these figures; those of the last minutes may be missing. "
        "null when nothing was used."
    )
    totals: Figures
    days: list[UsageDay] = Field(max_length=MOST_DAYS)
    cost: str = dollars("estimate of the whole period, with what is stored.", "9.874410")
    costs: list[CostItem] = Field(
        max_length=len(prices.PRICES), description="The same, item by item. What is stored is taken as it is now."
    )
    prices: PriceTable
    stored: StoredBytes
    quotas: list[QuotaUse] = Field(max_length=3)


class MonthOfTenant(Outbound):
    """What a tenant used in a month until now."""

    requests: int = Field(examples=[1_204_118])
    refused: int = Field(description="Told to come back later (429).", examples=[0])
    bytes_out: int = Field(examples=[4_201_884_102])
    stored_bytes: int = Field(description="Items and files, as last measured.", examples=[2_153_083_132])
    cost: str = dollars("estimate of the month until now, with what is stored.", "31.204117")


class MonthOfNation(MonthOfTenant):
    """What all tenants used in a month until now, and the platform itself."""

    month: str = Field(description="In Vietnam's calendar.", pattern=r"^\d{4}-\d{2}$", examples=["2026-11"])
    platform: MonthOfTenant = Field(description="Of this, what belongs to no tenant: operators' own requests.")
    costs: list[CostItem] = Field(max_length=len(prices.PRICES), description="The cost item by item.")
    prices: PriceTable
