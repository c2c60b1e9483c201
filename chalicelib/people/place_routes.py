"""What the web sees of places: the choices of a form that asks where somebody lives."""

from __future__ import annotations

from chalicelib import vietnamese
from chalicelib.errors import NotFound
from chalicelib.http.endpoint import Budget, Feature
from chalicelib.http.permissions import ANYONE
from chalicelib.people import places, wards
from chalicelib.people.place_models import ProvinceCode, Provinces, Ward, Wards

localities = Feature("places")
# They change by a release, once a year at most; a validator spares even that.
_A_DAY = "public, max-age=86400"


@localities.get("/places", may=ANYONE, budget=Budget(calls=0), cache=_A_DAY)
def list_provinces() -> Provinces:
    """The 34 provinces and cities of central rule, by the codes that profiles have."""
    return Provinces.all()


@localities.get("/places/{province}/wards", may=ANYONE, budget=Budget(calls=0), cache=_A_DAY)
def list_wards(province: ProvinceCode) -> Wards:
    """The communes, wards and special zones of a province, all at once: 168 at most."""
    if province not in places.PROVINCES:
        raise NotFound
    found = sorted(wards.of_province(province), key=lambda each: vietnamese.collation_key(each.name))
    return Wards(province=province, name=places.PROVINCES[province], wards=[Ward.of(each) for each in found])
