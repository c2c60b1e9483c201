"""What the web sees of the audit trail."""

from __future__ import annotations

from chalicelib.audit import trail
from chalicelib.audit.models import AuditQuery, AuditRecord
from chalicelib.http.endpoint import Feature
from chalicelib.http.models import Page
from chalicelib.http.permissions import MANAGE_SPACE, OPERATE
from chalicelib.storage import spaces
from chalicelib.storage.spaces import Space

audit = Feature("audit")


@audit.get("/audit", may=OPERATE)
def read_platform_audit(query: AuditQuery) -> Page[AuditRecord]:
    """What operators did, newest first: a month at a time."""
    return trail.read(spaces.platform(), query)


@audit.get("/spaces/{space}/audit", may=MANAGE_SPACE)
def read_audit(space: Space, query: AuditQuery) -> Page[AuditRecord]:
    """What the space's staff did, newest first: a month at a time."""
    return trail.read(space, query)
