"""The built client as the edge would serve it: the same file for the same address, kept as long, as small on the wire.

What is served stands in memory until its file changes. (CloudFront compresses better still, by Brotli.)
"""

import gzip
import re
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from chalicelib.http import caching, paths
from infra import pages
from infra.local import answers
from infra.local.answers import Answer
from infra.local.events import Request

# What CloudFront compresses, and from which size on.
_COMPRESSED = re.compile(r"(text/|image/svg|application/([\w.]+\+)?(json|javascript|wasm|xml)\b)")
_WORTH_IT = 1_000  # bytes


@dataclass(frozen=True)
class _File:
    """A file as it was read."""

    changed: int  # nanoseconds
    content: bytes
    kind: str
    etag: str
    packed: bytes | None  # by gzip, where it is worth it


class WebFiles:
    """The builds in a folder; `content` is the address of the bucket that pages read files from."""

    def __init__(self, folder: Path, content: str) -> None:
        self.root = folder.resolve()
        self.policy = pages.policy(content)
        self._kept: dict[Path, _File] = {}

    def answer(self, request: Request) -> Answer | None:
        """The file for an address. None where there is no client, or no such file.

        The address may be hostile: nothing outside the folder is served. Raises: Unreadable.
        """
        wanted = self._found(paths.decoded(pages.file_of(request.path)))
        return self._served(wanted, request) if wanted else None

    def _found(self, path: str) -> Path | None:
        if "\0" in path or not (self.root / "index.html").is_file():
            return None
        try:
            wanted = (self.root / path.lstrip("/")).resolve()
            return wanted if wanted.is_relative_to(self.root) and wanted.is_file() else None
        except OSError:
            return None  # a name that is longer than any file's

    def _file(self, path: Path) -> _File:
        changed = path.stat().st_mtime_ns
        kept = self._kept.get(path)
        if kept is None or kept.changed != changed:
            content, kind = path.read_bytes(), pages.media_type(path.name)
            kept = self._kept[path] = _File(changed, content, kind, caching.etag(content), _packed(content, kind, 9))
        return kept

    def _served(self, path: Path, request: Request) -> Answer:
        file = self._file(path)
        packed = file.packed if takes_gzip(request) else None
        about = {
            **{header.replace("-", "_"): value for header, value in pages.HEADERS.items()},
            "content_security_policy": self.policy,
            "cache_control": pages.kept_for(path.relative_to(self.root).as_posix()),
            "etag": f"W/{file.etag}" if packed else file.etag,
            "vary": "Accept-Encoding",
        }
        if caching.matches(request.header("if-none-match"), file.etag):
            return answers.own(HTTPStatus.NOT_MODIFIED, b"", file.kind, **about)
        encoded = {"content_encoding": "gzip"} if packed else {}
        return answers.own(HTTPStatus.OK, packed or file.content, file.kind, **about, **encoded)


def compressed(answer: Answer, request: Request) -> Answer:
    """An answer of the API as it leaves the edge: packed where that is worth it, its validator then a weak one."""
    said = dict(answer.headers)
    packed = _packed(answer.body, said.get("content-type", ""), 6) if takes_gzip(request) else None
    if packed is None or answer.status != HTTPStatus.OK or "content-encoding" in said:
        return answer
    headers = [(name, f"W/{value}" if name == "etag" and value[0] == '"' else value) for name, value in answer.headers]
    return Answer(answer.status, packed, [*headers, ("content-encoding", "gzip"), ("vary", "Accept-Encoding")])


def takes_gzip(request: Request) -> bool:
    """Whether who asks can unpack."""
    return "gzip" in request.header("accept-encoding").lower()


def _packed(content: bytes, kind: str, level: int) -> bytes | None:
    if len(content) < _WORTH_IT or not _COMPRESSED.match(kind):
        return None
    return gzip.compress(content, level, mtime=0)
