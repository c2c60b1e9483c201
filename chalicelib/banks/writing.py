"""Items as their authors write them: each question a version that never changes, its key corrected beside it.

A bank has whole questions alone: one that could not be asked as it stands is refused, with all that it lacks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib import clock
from chalicelib.banks import banking, contents, filing, refs, spreading, store
from chalicelib.banks.models import MOST_ITEM_BYTES, ItemContent, KeyCorrection
from chalicelib.banks.refs import Ref
from chalicelib.banks.store import NewVersion
from chalicelib.courses import readiness, uploads
from chalicelib.courses.readiness import Ready
from chalicelib.errors import Conflict, Fault, InvalidInput, NotFound, PreconditionFailed, Unavailable, refuse_field
from chalicelib.http.requests import Circumstances
from chalicelib.questions import marking
from chalicelib.questions.models import AnyQuestion
from chalicelib.storage import files
from chalicelib.storage.files import NATIONAL
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed

_MOST_WRITES = 90  # of a transaction's hundred: the bank's count is one more
_MOST_BYTES = 2_000_000  # of a transaction's four megabytes: heads and entries come to it
MOST_VERSIONS = 500  # of an item
MOST_CORRECTIONS = 50  # of a version's key


class BankFull(Conflict):
    """A bank has as many items as it may have."""

    code = "bank_full"
    vi = "Một ngân hàng có tối đa {items} câu hỏi. Hãy tạo thêm ngân hàng khác."
    en = "A bank has at most {items} questions. Begin another bank."


class TooManyVersions(Conflict):
    """An item has been changed, or its key corrected, as often as it may be."""

    code = "too_many_versions"
    vi = "Câu hỏi này đã được sửa quá nhiều lần. Hãy lưu trữ và tạo câu hỏi mới."
    en = "This question has been changed too often. Archive it and write a new one."


class OtherQuestion(InvalidInput):
    """A corrected key came with another question."""

    code = "other_question"
    vi = "Sửa đáp án không được đổi nội dung câu hỏi. Muốn đổi nội dung, hãy lưu thành phiên bản mới."
    en = "Correcting a key must not change what is asked. To change that, save a new version."


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item to add, with its id: of a retry the same."""

    id: str
    content: ItemContent


@dataclass(frozen=True, slots=True)
class _Written:
    """A question as it is kept."""

    question: AnyQuestion
    json: str
    pictures: dict[str, str]


def etag(head: Item) -> str:
    """The validator of an item: it counts all changes of it, corrected keys among them."""
    return f'"{head["v"]}"'


def require(space: Space, bank_id: str, item_id: str) -> Item:
    """An item's head as it is now: 1 RCU. Raises: NotFound."""
    head = store.head(space, bank_id, item_id)
    if head is None:
        raise NotFound
    return head


def add(space: Space, bank_id: str, content: ItemContent, circumstances: Circumstances) -> Item:
    """A new item: 4 calls. Repeated under the same key, it gives the same one.

    Raises: NotFound, ArchivedBank, BankFull, InvalidInput.
    """
    item_id = circumstances.new_id(space.slug, bank_id)
    add_all(space, bank_id, [NewItem(item_id, content)], circumstances.actor_id)
    return require(space, bank_id, item_id)


def add_all(space: Space, bank_id: str, new: Sequence[NewItem], actor_id: str, *, reserved: bool = False) -> None:
    """New items, in transactions of some ten: for a list that is read from a package. Repeated with the same ids and in
    the same order it goes on where it stopped. ``reserved``: they have room (``reserving.py``), whatever became of the
    bank.

    Faults of one item alone stand at its fields, those of several below ``<place>.``. Raises: NotFound, ArchivedBank,
    BankFull, InvalidInput.
    """
    bank = (banking.require if reserved else banking.require_in_use)(space, bank_id)
    written = _written(space, [each.content for each in new])
    versions = (_new_version(bank_id, each, question, actor_id) for each, question in zip(new, written, strict=True))
    for some in _in_transactions(versions):
        _share_pictures(space, bank, [picture for each in some for picture in _pictures(each)])
        try:
            store.add_items(space, bank_id, some, sharing="sharing_at" in bank, reserved=reserved)
        except TransactionFailed as failed:
            if failed.failed == [0]:  # else the items are there: a retry
                raise (Unavailable() if reserved else _refused(space, bank_id, len(some))) from None


def require_fit(space: Space, contents: Sequence[ItemContent]) -> None:
    """Refuse questions that could not be kept, before any is: 1 call for a hundred pictures. Raises: InvalidInput."""
    _written(space, contents)


def require_room(bank: Item, more: int) -> None:
    """Refuse so many more items than a bank may have. Raises: BankFull."""
    if bank["items"] + more > store.MOST_ITEMS:
        raise BankFull(items=store.MOST_ITEMS)


def _refused(space: Space, bank_id: str, more: int) -> Exception:
    require_room(banking.require_in_use(space, bank_id), more)
    return Unavailable()  # it has just begun to be shared, or is shared no longer


def _in_transactions(versions: Iterator[NewVersion]) -> Iterator[list[NewVersion]]:
    some: list[NewVersion] = []
    writes = size = 0
    for each in versions:
        needed, weight = 2 + len(each.gained), len(each.content[1]["question"].encode()) if each.content else 0
        if some and (writes + needed > _MOST_WRITES or size + weight > _MOST_BYTES):
            yield some
            some, writes, size = [], 0, 0
        some.append(each)
        writes, size = writes + needed, size + weight
    if some:
        yield some


def _new_version(bank_id: str, new: NewItem, written: _Written, actor_id: str) -> NewVersion:
    at, facts = clock.timestamp(), filing.filed(new.content)
    head = {
        **filing.described(written.question, facts),
        "version": 1,
        "corrected": {},
        "created_at": at,
        "updated_at": at,
    }
    content = _content(Ref(bank_id, new.id, 1), written, actor_id)
    return NewVersion(new.id, head, content, filing.tags(facts))


def _content(ref: Ref, written: _Written, actor_id: str, reason: str | None = None) -> tuple[Ref, dict[str, Any]]:
    facts = {"question": written.json, "pictures": written.pictures, "at": clock.timestamp(), "by": actor_id}
    return ref, facts | ({"reason": reason} if reason else {})


def _pictures(new: NewVersion) -> Iterator[str]:
    if new.content:
        yield from new.content[1]["pictures"]


def _written(space: Space, items: Sequence[ItemContent]) -> list[_Written]:
    """The questions as they are kept, each part with an id that tells nothing, since whoever asks may shuffle.

    Raises: InvalidInput.
    """
    questions = [each.question.named(hidden=True).model_copy(update={"id": None}) for each in items]
    shown = {file_id for question in questions for _, file_id in question.pictures()}
    ready = {file_id: row.content_type for file_id, row in uploads.ready(space, shown).items()} if shown else {}
    written: list[_Written] = []
    faults: list[Fault] = []
    for place, question in enumerate(questions):
        json = question.model_dump_json(exclude_defaults=True)
        faults += _faults(question, json, "question" if len(items) == 1 else f"{place}.question", ready)
        pictures = {file_id: ready.get(file_id, "") for _, file_id in question.pictures()}
        written.append(_Written(question, json, pictures))
    if faults:
        raise InvalidInput(faults=faults)
    return written


def _faults(question: AnyQuestion, json: str, path: str, ready: Ready) -> Iterator[Fault]:
    yield from readiness.of_question(question, path, ready)
    if len(json.encode()) > MOST_ITEM_BYTES:
        kilobytes = MOST_ITEM_BYTES // 1_000
        vi, en = f"Câu hỏi không quá {kilobytes} KB.", f"A question has at most {kilobytes} KB."
        yield Fault(path, "question_too_large", vi, en)


def _share_pictures(space: Space, bank: Item, file_ids: Sequence[str]) -> None:
    """What a shared bank shows is there for all before it is shown."""
    if "sharing_at" in bank:
        for file_id in dict.fromkeys(file_ids):
            share_picture(space, file_id)


def share_picture(space: Space, file_id: str) -> None:
    """Copy a picture to where all spaces read; again, it changes nothing. 1 or 2 calls of S3."""
    target = uploads.key(NATIONAL, file_id)
    if files.head(target) is None:
        files.copy(uploads.key(space.slug, file_id), target)


def save(space: Space, bank_id: str, item_id: str, content: ItemContent, circumstances: Circumstances) -> Item:
    """An item as it is to be, on the state that was read: a new version if it asks or marks anything else than the
    newest, other tags without one. At most 6 calls.

    Raises: NotFound, ArchivedBank, PreconditionRequired, PreconditionFailed, InvalidInput, TooManyVersions.
    """
    bank, head = banking.require_in_use(space, bank_id), require(space, bank_id, item_id)
    circumstances.require_match(etag(head))
    (written,) = _written(space, [content])
    facts = filing.filed(content)
    changed = filing.described(written.question, facts)
    new = None
    if written.question != _present(space, bank_id, head, head["version"]):
        version = head["version"] + 1
        if version > MOST_VERSIONS:
            raise TooManyVersions
        changed["version"] = version
        new = _content(Ref(bank_id, item_id, version), written, circumstances.actor_id)
    before, after = filing.tags(head["filed"]), filing.tags(facts)
    # Items that are older than the filing by areas have no entry of theirs, whatever they are filed by.
    gained, lost = (after - before) | filing.areas(facts), before - after
    _require_few(len(gained) + len(lost))
    return _change(space, bank, NewVersion(item_id, changed, new, gained, lost), seen=head["v"])


def _require_few(entries: int) -> None:
    """Refuse more entries than fit one transaction with head, content and bank. Raises: InvalidInput."""
    if entries > _MOST_WRITES:
        vi = "Một lần lưu không thay được nhiều nhãn và mã như vậy. Hãy bỏ bớt nhãn cũ, lưu, rồi thêm nhãn mới."
        en = "So many tags and codes cannot be replaced at once. Remove the old ones, save, then add the new ones."
        raise refuse_field("tags", "too_many_tags_replaced", vi, en)


def correct_key(
    space: Space, bank_id: str, item_id: str, version: int, correction: KeyCorrection, circumstances: Circumstances
) -> Item:
    """Another key of a version, on the state that was read, with the reason. What is asked stays. At most 6 calls, and
    1 in the centre, which has spaces that use its items hear of it; one that changes nothing is kept as no correction.

    Raises: NotFound, ArchivedBank, PreconditionRequired, PreconditionFailed, InvalidInput, OtherQuestion,
    TooManyVersions.
    """
    bank, head = banking.require_in_use(space, bank_id), require(space, bank_id, item_id)
    circumstances.require_match(etag(head))
    present = _present(space, bank_id, head, version)
    (written,) = _written(space, [ItemContent(question=correction.question)])
    if not marking.same_content(present, written.question):
        raise OtherQuestion
    if written.question == present:
        return head
    key = refs.corrections(head, version) + 1
    if key > MOST_CORRECTIONS:
        raise TooManyVersions
    changed = {"corrected": {**head["corrected"], str(version): key}}
    ref = Ref(bank_id, item_id, version, key)
    content = _content(ref, written, circumstances.actor_id, correction.reason)
    spreading.announce(space, ref)
    return _change(space, bank, NewVersion(item_id, changed, content, ()), seen=head["v"])


def _present(space: Space, bank_id: str, head: Item, version: int) -> AnyQuestion:
    """A version with its newest key. Raises: NotFound."""
    if version > head["version"]:
        raise NotFound
    ref = Ref(bank_id, refs.item_of(head), version, refs.corrections(head, version))
    return contents.contents(space, [ref])[ref].question


def archive(space: Space, bank_id: str, item_id: str) -> Item:
    """Take an item out of lists and of draws to come. Repeating it changes nothing. Raises: NotFound."""
    return _set_archived(space, bank_id, item_id, clock.timestamp())


def restore(space: Space, bank_id: str, item_id: str) -> Item:
    """Put an archived item back. Repeating it changes nothing. Raises: NotFound."""
    return _set_archived(space, bank_id, item_id, None)


def _set_archived(space: Space, bank_id: str, item_id: str, archived_at: str | None) -> Item:
    head = require(space, bank_id, item_id)
    if ("archived_at" in head) == (archived_at is not None):
        return head
    changed = NewVersion(item_id, {"archived_at": archived_at}, None, ())
    return _change(space, banking.require(space, bank_id), changed, seen=None)


def _change(space: Space, bank: Item, new: NewVersion, *, seen: int | None) -> Item:
    """Raises: PreconditionFailed, ArchivedBank, Unavailable."""
    bank_id = bank["sk"]
    _share_pictures(space, bank, list(_pictures(new)))
    try:
        store.change_item(space, bank_id, new, seen=seen, sharing="sharing_at" in bank)
    except TransactionFailed as failed:
        if 0 in failed.failed:
            raise PreconditionFailed from None
        raise _refused(space, bank_id, 0) from None
    return require(space, bank_id, new.item)
