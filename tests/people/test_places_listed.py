"""Provinces and their wards for a form: for anyone and their caches, at no call."""

from __future__ import annotations

import pytest

from chalicelib.people import places, wards
from tests.api import Api
from tests.spending import spending

pytestmark = pytest.mark.usefixtures("aws")


def test_all_provinces_with_how_many_wards_they_have(api: Api) -> None:
    reply = api.get("/places")
    listed = reply.ok()["provinces"]
    assert {each["code"]: each["name"] for each in listed} == places.PROVINCES
    assert sum(each["wards"] for each in listed) == 3_321
    assert reply.headers["cache-control"] == "public, max-age=86400"


def test_the_wards_of_a_province_in_the_order_of_the_alphabet(api: Api) -> None:
    with spending() as spent:
        reply = api.get("/places/91/wards")
    spent.within_budget()
    listed = reply.ok()["wards"]
    assert {each["code"]: each["name"] for each in listed} == {each.code: each.name for each in wards.of_province("91")}
    zones = [each["name"] for each in listed if each["kind"] == "special_zone"]
    assert zones == ["Đặc khu Kiên Hải", "Đặc khu Phú Quốc", "Đặc khu Thổ Châu"]
    assert {each["kind"] for each in listed} == {"special_zone", "ward", "commune"}
    again = api.get("/places/91/wards", headers={"if-none-match": reply.headers["etag"]})
    assert again.status == 304


@pytest.mark.parametrize("province", sorted(places.PROVINCES))
def test_every_list_keeps_to_its_bound(api: Api, province: str) -> None:
    assert len(api.get(f"/places/{province}/wards").ok()["wards"]) == len(wards.of_province(province))


@pytest.mark.parametrize("province", ["99", "02", "4", "46a", "Huế"])
def test_what_is_no_province_has_no_wards(api: Api, province: str) -> None:
    api.get(f"/places/{province}/wards").refused(404)
