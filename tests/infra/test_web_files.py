"""The built client on one machine: as the edge serves it, so that what is measured here is what people get."""

from __future__ import annotations

import gzip
import json
import os
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from infra import pages
from infra.local import engine, resources
from infra.local.answers import Answer
from infra.local.events import Request
from infra.local.settings import BUCKET
from infra.local.web_files import WebFiles, compressed

AWS = "http://127.0.0.1:4566"
SCRIPT = b"const chao = 'xin chao';\n" * 100


@pytest.fixture
def web(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "admin").mkdir()
    (folder / "index.html").write_text("<p>Học viên")
    (folder / "admin" / "index.html").write_text("<p>Quản trị")
    (folder / "sw.js").write_text("self")
    (folder / "assets" / "index-B3xk9_aZ.js").write_bytes(SCRIPT)
    (folder / "assets" / "font-B3xk9_aZ.woff2").write_bytes(b"w" * 5_000)
    return folder


def asked(path: str, **headers: str) -> Request:
    return Request("GET", path, "", [(name.replace("_", "-"), each) for name, each in headers.items()], "::1", b"")


def served(folder: Path, path: str, **headers: str) -> tuple[Answer, dict[str, str]]:
    answer = WebFiles(folder, AWS).answer(asked(path, **headers))
    assert answer
    return answer, dict(answer.headers)


@pytest.mark.parametrize(
    ("path", "half"),
    [("/", "Học viên"), ("/s/hue/courses/1", "Học viên"), ("/admin", "Quản trị"), ("/s/hue/admin/people", "Quản trị")],
)
def test_a_page_is_its_halfs_index(web: Path, path: str, half: str) -> None:
    answer, headers = served(web, path)
    assert half in answer.body.decode()
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["cache-control"] == "no-cache"
    assert headers["content-security-policy"] == pages.policy(AWS)
    assert {name: headers[name] for name in pages.HEADERS} == pages.HEADERS


def test_a_half_that_was_not_built_is_not_the_other(web: Path) -> None:
    (web / "admin" / "index.html").unlink()
    assert WebFiles(web, AWS).answer(asked("/admin/people")) is None
    (web / "index.html").unlink()
    assert WebFiles(web, AWS).answer(asked("/sw.js")) is None


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/..%2fsecret.txt", "/%00.txt", "/missing.js", "/" + "a" * 3_000 + ".js", "/assets/.."]
)
def test_nothing_else_is_served(web: Path, path: str) -> None:
    assert WebFiles(web, AWS).answer(asked(path)) is None


def test_what_is_worth_it_is_packed_for_who_can_unpack(web: Path) -> None:
    answer, headers = served(web, "/assets/index-B3xk9_aZ.js", accept_encoding="gzip, deflate, br")
    assert gzip.decompress(answer.body) == SCRIPT
    assert len(answer.body) < 200
    assert headers["content-encoding"] == "gzip"
    assert "immutable" in headers["cache-control"]
    assert served(web, "/assets/index-B3xk9_aZ.js")[0].body == SCRIPT
    for path in ("/assets/font-B3xk9_aZ.woff2", "/sw.js"):
        assert "content-encoding" not in served(web, path, accept_encoding="gzip")[1]


def test_a_browser_that_has_a_file_is_told_so_until_it_changes(web: Path) -> None:
    files = WebFiles(web, AWS)
    first = files.answer(asked("/sw.js"))
    assert first
    etag = dict(first.headers)["etag"]
    again = files.answer(asked("/sw.js", if_none_match=etag))
    assert again
    assert (again.status, again.body) == (304, b"")
    (web / "sw.js").write_text("self.other")
    os.utime(web / "sw.js", ns=(1, 1))
    changed = files.answer(asked("/sw.js", if_none_match=etag))
    assert changed
    assert (changed.status, changed.body) == (200, b"self.other")


def test_what_the_api_answers_is_packed_as_the_edge_does() -> None:
    body = json.dumps({"items": ["Dữ liệu"] * 300}).encode()
    headers = [("content-type", "application/json"), ("etag", '"a"'), ("cache-control", "no-store")]
    packed = compressed(Answer(200, body, headers), asked("/v1/x", accept_encoding="gzip"))
    assert gzip.decompress(packed.body) == body
    assert dict(packed.headers)["etag"] == 'W/"a"'
    for answer, request in (
        (Answer(200, body, headers), asked("/v1/x")),
        (Answer(200, body[:500], headers), asked("/v1/x", accept_encoding="gzip")),
        (Answer(200, body, [("content-type", "image/png")]), asked("/v1/x", accept_encoding="gzip")),
        (Answer(422, body, headers), asked("/v1/x", accept_encoding="gzip")),
    ):
        assert compressed(answer, request) is answer


def test_a_spaces_page_reads_parts_of_files_from_the_bucket(tmp_path: Path) -> None:
    """The client keeps lessons on the device, and shows films part by part: another port is another origin."""
    with engine.ministack(tmp_path, ("s3",)) as url:
        s3 = resources.client("s3", url)
        resources.create_bucket(s3, "http://localhost:8000")
        s3.put_object(Bucket=BUCKET, Key="hue/film.mp4", Body=b"0123456789")
        address = s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "hue/film.mp4"})
        for origin in ("http://localhost:8000", "http://hue.localhost:8000"):
            allowed = preflight(address, origin)
            assert allowed["access-control-allow-headers"].lower() in ("*", "range")
            status, headers, body = part(address, origin)
            assert (status, body, headers["content-range"]) == (206, b"234", "bytes 2-4/10")
            assert {allowed["access-control-allow-origin"], headers["access-control-allow-origin"]} <= {"*", origin}
            assert (
                headers["access-control-expose-headers"] == "*"
                or "Content-Range" in headers["access-control-expose-headers"]
            )


def test_the_bucket_allows_spaces_hosts_as_the_clouds_does(tmp_path: Path) -> None:
    with engine.ministack(tmp_path, ("s3",)) as url:
        s3 = resources.client("s3", url)
        resources.create_bucket(s3, "http://localhost:8000")
        (rule,) = s3.get_bucket_cors(Bucket=BUCKET)["CORSRules"]
    assert {"http://localhost:8000", "http://*.localhost:8000"} <= set(rule["AllowedOrigins"])
    assert "Content-Range" in rule["ExposeHeaders"]


def part(address: str, origin: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(address, headers={"Origin": origin, "Range": "bytes=2-4"})
    with urllib.request.urlopen(request) as answer:
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()


def preflight(address: str, origin: str) -> dict[str, str]:
    headers = {"Origin": origin, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "range"}
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers, method="OPTIONS")) as answer:
        return {name.lower(): value for name, value in answer.headers.items()}
