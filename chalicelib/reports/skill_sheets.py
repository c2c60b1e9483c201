"""Skills by audience and area as CSV files: a line for each group and area, with Vietnamese words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chalicelib import cells
from chalicelib.reports.skill_models import AreaLevel, AreaSkills, NationalSkillsMap, Scale, SkillsMap, TenantSkills
from chalicelib.tenants.models import Kind

HIDDEN = "ẩn"  # of fewer than ten people, or where a few others would show
_EVERYONE = "Tất cả"
_KINDS: dict[Kind, str] = {
    "ministry": "Bộ, ngành",
    "province": "Tỉnh, thành phố",
    "commune": "Xã, phường",
    "organisation": "Tổ chức khác",
}
_HEADINGS = ("Phạm vi", "Tên", "Mã miền năng lực", "Miền năng lực", "Số người (tròn chục)", "Mức trung bình")


def of_space(found: SkillsMap) -> str:
    """The file of a space."""
    return _head(found.framework) + cells.lines(_audiences(found))


def of_nation(found: NationalSkillsMap, tenants: Iterable[TenantSkills]) -> str:
    """The file of the nation: audiences, kinds of organisations, and every organisation."""
    scale = found.framework
    kinds = (line for each in found.kinds for line in _group(scale, "Loại đơn vị", _KINDS[each.kind], each.areas))
    of_tenants = (line for each in tenants for line in _group(scale, "Đơn vị", each.name, each.areas))
    return _head(scale) + cells.lines(_audiences(found)) + cells.lines(kinds) + cells.lines(of_tenants)


def file_name(scale: Scale) -> str:
    """What the file is called where it is saved."""
    return cells.file_name("Kỹ năng", scale.title)


def _head(scale: Scale) -> str:
    return cells.head([*_HEADINGS, *(f"Mức {each.code}: {each.name} (%)" for each in scale.levels)])


def _audiences(found: SkillsMap) -> Iterator[list[str]]:
    for each in found.items:
        name = _EVERYONE if each.audience is None else each.name or each.audience
        yield from _group(found.framework, "Nhóm đối tượng", name, each.areas)


def _group(scale: Scale, kind: str, name: str, areas: Iterable[AreaLevel]) -> Iterator[list[str]]:
    for area, label in zip(areas, scale.areas, strict=True):
        shares = area.shares if isinstance(area, AreaSkills) else None
        hidden = HIDDEN if area.people is None else ""
        yield [
            kind,
            name,
            label.code,
            label.name,
            hidden or str(area.people),
            hidden or str(area.average),
            *(map(str, shares) if shares else [hidden] * len(scale.levels)),
        ]
