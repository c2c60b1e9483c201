"""The versions of QTI that are written: what they call things, and where their schemas are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from chalicelib.banks.packages import xhtml

Version = Literal["2.1", "2.2", "3.0"]
_HYPHENED = re.compile(r"-([a-z])")
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


@dataclass(frozen=True, slots=True)
class Dialect:
    """One version. ``q`` writes its elements from the names that QTI 3.0 has, without their prefix."""

    version: Version
    namespace: str
    schema: str
    package: str  # the namespace of the manifest
    described: tuple[str, str]  # the manifest's schema and its version
    resource: str

    @property
    def is_3(self) -> bool:
        """Whether names are hyphened and prefixed."""
        return self.version == "3.0"

    def q(self, name: str, attributes: Mapping[str, Any] | None = None, inside: str = "") -> str:
        """An element of QTI's own; attributes of HTML are spelt alike in both."""
        given = {self._spelt(key): value for key, value in (attributes or {}).items()}
        return xhtml.element(f"qti-{name}" if self.is_3 else self._spelt(name), given, inside)

    def root(self, attributes: Mapping[str, Any], inside: str) -> str:
        """The whole document of an item."""
        about = {"xmlns": self.namespace, "xmlns:xsi": _XSI, "xsi:schemaLocation": f"{self.namespace} {self.schema}"}
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + self.q("assessment-item", {**about, **attributes}, inside)

    def _spelt(self, name: str) -> str:
        if self.is_3 or ":" in name:
            return name
        return _HYPHENED.sub(lambda found: found[1].upper(), name)


DIALECTS: Final[Mapping[Version, Dialect]] = {
    "2.1": Dialect(
        "2.1",
        "http://www.imsglobal.org/xsd/imsqti_v2p1",
        "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd",
        "http://www.imsglobal.org/xsd/imscp_v1p1",
        ("QTIv2.1 Package", "1.0.0"),
        "imsqti_item_xmlv2p1",
    ),
    "2.2": Dialect(
        "2.2",
        "http://www.imsglobal.org/xsd/imsqti_v2p2",
        "http://www.imsglobal.org/xsd/qti/qtiv2p2/imsqti_v2p2.xsd",
        "http://www.imsglobal.org/xsd/imscp_v1p1",
        ("QTIv2.2 Package", "1.0.0"),
        "imsqti_item_xmlv2p2",
    ),
    "3.0": Dialect(
        "3.0",
        "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
        "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd",
        "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
        ("QTI Package", "3.0.0"),
        "imsqti_item_xmlv3p0",
    ),
}
