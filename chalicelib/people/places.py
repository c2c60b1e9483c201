"""The 34 provinces and cities of central rule, and what became of the 63 before 2025-07-01.

Source: resolution 202/2025/QH15 of the National Assembly (mergers) and decision 19/2025/QD-TTg (codes).
"""

from __future__ import annotations

from chalicelib import vietnamese

PROVINCES: dict[str, str] = {
    "01": "Thành phố Hà Nội",
    "04": "Tỉnh Cao Bằng",
    "08": "Tỉnh Tuyên Quang",
    "11": "Tỉnh Điện Biên",
    "12": "Tỉnh Lai Châu",
    "14": "Tỉnh Sơn La",
    "15": "Tỉnh Lào Cai",
    "19": "Tỉnh Thái Nguyên",
    "20": "Tỉnh Lạng Sơn",
    "22": "Tỉnh Quảng Ninh",
    "24": "Tỉnh Bắc Ninh",
    "25": "Tỉnh Phú Thọ",
    "31": "Thành phố Hải Phòng",
    "33": "Tỉnh Hưng Yên",
    "37": "Tỉnh Ninh Bình",
    "38": "Tỉnh Thanh Hoá",
    "40": "Tỉnh Nghệ An",
    "42": "Tỉnh Hà Tĩnh",
    "44": "Tỉnh Quảng Trị",
    "46": "Thành phố Huế",
    "48": "Thành phố Đà Nẵng",
    "51": "Tỉnh Quảng Ngãi",
    "52": "Tỉnh Gia Lai",
    "56": "Tỉnh Khánh Hoà",
    "66": "Tỉnh Đắk Lắk",
    "68": "Tỉnh Lâm Đồng",
    "75": "Thành phố Đồng Nai",
    "79": "Thành phố Hồ Chí Minh",
    "80": "Tỉnh Tây Ninh",
    "82": "Tỉnh Đồng Tháp",
    "86": "Tỉnh Vĩnh Long",
    "91": "Tỉnh An Giang",
    "92": "Thành phố Cần Thơ",
    "96": "Tỉnh Cà Mau",
}

# Provinces that no longer exist, by what they are part of now.
_MERGED: dict[str, tuple[str, ...]] = {
    "08": ("Hà Giang",),
    "15": ("Yên Bái",),
    "19": ("Bắc Kạn",),
    "25": ("Hoà Bình", "Vĩnh Phúc"),
    "24": ("Bắc Giang",),
    "33": ("Thái Bình",),
    "31": ("Hải Dương",),
    "37": ("Hà Nam", "Nam Định"),
    "44": ("Quảng Bình",),
    "46": ("Thừa Thiên Huế", "Thừa Thiên - Huế"),
    "48": ("Quảng Nam",),
    "51": ("Kon Tum",),
    "52": ("Bình Định",),
    "56": ("Ninh Thuận",),
    "66": ("Phú Yên",),
    "68": ("Đắk Nông", "Đăk Nông", "Bình Thuận"),
    "75": ("Bình Phước",),
    "79": ("Bà Rịa - Vũng Tàu", "Bà Rịa Vũng Tàu", "Bình Dương"),
    "80": ("Long An",),
    "82": ("Tiền Giang",),
    "86": ("Bến Tre", "Trà Vinh"),
    "91": ("Kiên Giang",),
    "92": ("Sóc Trăng", "Hậu Giang"),
    "96": ("Bạc Liêu",),
}
_RANKS = ("thanh pho ", "tinh ", "tp. ", "tp.", "tp ", "t. ")
_ALSO = {"79": ("TP.HCM", "TPHCM", "Sài Gòn", "HCM"), "66": ("Đăk Lăk", "Daklak"), "96": ("Cà Mâu",)}


def province(text: str) -> str | None:
    """The code of the province that this names, however it is spelt; for one that was merged, what it is part of."""
    folded = _bare(text)
    return folded if folded in PROVINCES else _BY_NAME.get(folded)


def is_merged(text: str) -> bool:
    """Whether this names a province of before the mergers."""
    return _bare(text) in _FORMER


def _bare(text: str) -> str:
    folded = vietnamese.fold(text)
    rank = next((each for each in _RANKS if folded.startswith(each)), "")
    return folded.removeprefix(rank).strip()


_FORMER = frozenset(_bare(name) for names in _MERGED.values() for name in names)
_BY_NAME = {
    _bare(name): code
    for table in ({code: (name,) for code, name in PROVINCES.items()}, _MERGED, _ALSO)
    for code, names in table.items()
    for name in names
}
