"""Opening a space: a registered tenant and a job that makes what the space needs, step by step.

The registry's item and the job are written in one transaction, so there is no tenant whose opening nobody works on.
Each step looks at what is there and does what is missing.
"""

from __future__ import annotations

from functools import partial

from chalicelib import clock, ids
from chalicelib.errors import Conflict, InvalidInput, Language, refuse_field
from chalicelib.http.requests import Circumstances
from chalicelib.identity import invitations
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.people import persons
from chalicelib.provisioning import restoring, steps
from chalicelib.provisioning.models import NewTenant, TenantEdit
from chalicelib.provisioning.steps import Step
from chalicelib.storage import files, mappings, tables
from chalicelib.storage.items import Item
from chalicelib.storage.models import TABLE_KINDS, TableKind
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed, transact
from chalicelib.tenants import logos, registry
from chalicelib.tenants.models import OPENING_STEPS
from chalicelib.tenants.registry import TenantRecord

KIND = "space.open"
MARKER = ".space"

WELCOME: dict[Language, str] = {
    "vi": "Chào mừng bạn đến với không gian đào tạo của {name}. Hãy chọn một khoá học để bắt đầu: bạn có thể dừng"
    " bất cứ lúc nào và học tiếp từ đúng chỗ đã dừng.",
    "en": "Welcome to the training space of {name}. Choose a course to begin: you can stop at any time and go on from"
    " where you stopped.",
}


class FirstAdminKnown(Conflict):
    """The first admin's address belongs to an account of the space that is no admin's."""

    code = "first_admin_known"
    vi = "Email của quản trị đầu tiên đã thuộc về một tài khoản khác trong không gian này. Hãy dùng email khác."
    en = "The first admin's e-mail address belongs to another account of this space. Use another address."


def slug_taken() -> InvalidInput:
    """The refusal of a slug that another organisation has, or had."""
    return refuse_field(
        "slug",
        "slug_taken",
        "Tên này đã có đơn vị dùng (kể cả đơn vị đã đóng). Hãy chọn tên khác.",
        "This name is taken, perhaps by an organisation whose space is closed. Choose another.",
    )


def register(wanted: NewTenant, circumstances: Circumstances) -> TenantRecord:
    """Write a new tenant down and have its space opened: 1 transaction, and with a logo 1 read and 1 S3 call before.

    Raises: InvalidInput when the slug is taken.
    """
    job_id = circumstances.new_id(wanted.slug)
    registering = registry.registering(wanted.slug, _facts(wanted, job_id))
    enqueuing = queue.enqueuing(KIND, wanted.slug, {}, job_id=job_id, actor=circumstances.actor_id)
    try:
        transact([registering, enqueuing])
    except TransactionFailed:
        # A retry under its Idempotency-Key meets the tenant that the first try registered.
        if registry.require(wanted.slug).opening["job"] != job_id:
            raise slug_taken() from None
    return _begun(wanted.slug, job_id)


def _facts(wanted: NewTenant, job_id: str) -> Item:
    """The registry's attributes of a new tenant, its logo stored."""
    brand = wanted.brand.model_dump(exclude={"logo"}, exclude_none=True)
    if wanted.brand.logo:
        # Looked at before the logo is stored, so that it does not end up among another tenant's files.
        found = registry.find(wanted.slug)
        if found and found.opening["job"] != job_id:
            raise slug_taken()
        brand["logo"] = logos.keep(Space(wanted.slug), wanted.brand.logo)
    return {
        "status": "opening",
        "kind": wanted.kind,
        "name": wanted.name,
        "brand": brand,
        "settings": wanted.settings.model_dump(exclude_none=True),
        "first_admin": wanted.first_admin.model_dump(),
        "opening": {"job": job_id},
        "search": registry.search_text(wanted.slug, wanted.name, wanted.brand.short_name),
    }


def edit(slug: str, patch: TenantEdit, circumstances: Circumstances) -> TenantRecord:
    """Change a tenant as an operator asked.

    Raises: NotFound, PreconditionRequired, PreconditionFailed, TenantClosed.
    """
    record = registry.require(slug)
    more = patch.model_dump(include={"name", "first_admin"}, exclude_unset=True)
    if patch.quotas:
        more["quotas"] = registry.merged(record.quotas or {}, patch.quotas.model_dump(exclude_unset=True)) or None
    return registry.edit(record, patch, circumstances, registry.describe(record).etag, more)


def again(slug: str, circumstances: Circumstances) -> TenantRecord:
    """Have the steps run again: after a failure, or to invite a new admin. While a job is at it, nothing changes.

    Raises: NotFound, SpaceRestoring, TenantClosed.
    """
    record = registry.require(slug)
    registry.require_not_closed(record)
    restoring.require_none(record)
    job_id = record.opening["job"]
    job = queue.peek(slug, job_id)
    if job is None or not job.is_open:
        job_id = ids.derived(job_id, str(record.v))  # two operators at once ask for one job
        changing = registry.changing(record, {"opening": {"job": job_id}})
        try:
            transact([changing, queue.enqueuing(KIND, slug, {}, job_id=job_id, actor=circumstances.actor_id)])
        except TransactionFailed:
            return again(slug, circumstances)
    return _begun(slug, job_id)


def _begun(slug: str, job_id: str) -> TenantRecord:
    queue.hint(KIND, slug, job_id)
    registry.forget(slug)
    return registry.require(slug)


@queue.handles(KIND, provisions=True)
def open_space(job: Job, run: Run) -> None:
    """The job: every step that is not done yet, in order."""
    steps.take(OPENING_STEPS, STEPS, job, run)


def _create(kind: TableKind, job: Job) -> None:
    if kind == TABLE_KINDS[0]:
        tables.begin(Space(job.tenant))
    tables.create(Space(job.tenant), kind)


def _protect(job: Job) -> None:
    for kind in TABLE_KINDS:
        tables.protect(Space(job.tenant).table_name(kind))


def _attach(job: Job) -> None:
    mappings.attach(Space(job.tenant))


def _make_prefix(job: Job) -> None:
    """S3 has no folders: the marker shows at a glance which prefixes belong to a tenant."""
    files.put(files.key(Space(job.tenant), MARKER), b"", "application/octet-stream")


def _invite_first_admin(job: Job) -> None:
    tenant = registry.require(job.tenant)
    admin, language = tenant.first_admin, tenant.settings["language"]
    space = Space(job.tenant, tenant.status, tenant.kind)
    person_id = invitations.invite(space, admin["name"], admin["email"], ["admin"], language, by=job.actor)
    # Whoever is of the space already was left as they are. Anyone may have registered with that address before it was
    # named here, so an account that is there is never raised to admin.
    if "admin" not in persons.get(space, person_id, consistent=True).roles:
        raise FirstAdminKnown


def _greet(job: Job) -> None:
    """The greeting that visitors read, unless the tenant brought its own."""

    def greeting(record: TenantRecord) -> Item:
        settings = record.settings
        if settings.get("welcome") is not None:
            return {}
        return {"settings": settings | {"welcome": WELCOME[settings["language"]].format(name=record.name)}}

    registry.settle(job.tenant, greeting)


def _open(job: Job) -> None:
    """From now on people may enter. A space that was opened before keeps the state it is in."""
    registry.settle(
        job.tenant,
        lambda record: {"status": "open", "opened_at": clock.timestamp()} if record.status == "opening" else {},
    )


STEPS: dict[str, Step] = {
    **{kind: partial(_create, kind) for kind in TABLE_KINDS},
    "protection": _protect,
    "streams": _attach,
    "files": _make_prefix,
    "first_admin": _invite_first_admin,
    "welcome": _greet,
    "open": _open,
}
