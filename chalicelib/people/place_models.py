"""Provinces and their communes and wards as they cross the boundary."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from chalicelib.http.models import Outbound
from chalicelib.people import places, wards

ProvinceCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$"), Field(examples=["46"])]
Kind = Literal["ward", "commune", "special_zone"]
_KINDS: dict[str, Kind] = {"Phường": "ward", "Xã": "commune", "Đặc": "special_zone"}
MOST_WARDS = 200  # of one province: Hồ Chí Minh City has 168


class Province(Outbound):
    """A province or a city of central rule."""

    code: str = Field(examples=["46"])
    name: str = Field(examples=["Thành phố Huế"])
    wards: int = Field(description="How many units of the commune's level it has.", examples=[40])


class Provinces(Outbound):
    """All provinces, in the order of their codes."""

    provinces: list[Province] = Field(max_length=len(places.PROVINCES))

    @classmethod
    def all(cls) -> Provinces:
        """Those there are."""
        return cls(
            provinces=[
                Province(code=code, name=name, wards=len(wards.of_province(code)))
                for code, name in places.PROVINCES.items()
            ]
        )


class Ward(Outbound):
    """A commune, a ward or a special zone."""

    code: str = Field(examples=["19789"])
    name: str = Field(description="With its kind.", examples=["Phường Thuận Hóa"])
    kind: Kind

    @classmethod
    def of(cls, ward: wards.Ward) -> Ward:
        """One of the table."""
        return cls(code=ward.code, name=ward.name, kind=_KINDS[ward.name.split()[0]])


class Wards(Outbound):
    """All units of the commune's level of one province, in the order of the Vietnamese alphabet."""

    province: str = Field(examples=["46"])
    name: str = Field(examples=["Thành phố Huế"])
    wards: list[Ward] = Field(max_length=MOST_WARDS)
