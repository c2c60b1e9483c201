"""The local gateway over a real socket: what API Gateway would do, and never a stack trace."""

import asyncio
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from chalice.app import Response
from granian.server.embed import Server

from chalicelib.errors import TooLarge
from chalicelib.http import bodies
from chalicelib.http.dispatch import Api
from infra.local import events, gateway, ports

AWS = "http://127.0.0.1:9"  # nothing answers there


def stand_in() -> Api:
    """An app with one route of each sort: the gateway must work for any."""
    app = Api("stand-in")

    @app.route("/v1/echo/{word}", methods=["GET", "POST"], content_types=[])
    def echo(word: str) -> dict[str, Any]:
        request: Any = app.current_request
        query = request.query_params
        return {
            "word": word,
            "query": {name: query.getlist(name) for name in query} if query else {},
            "body": request.raw_body.decode(),
            "address": request.context["identity"]["sourceIp"],
            "request": request.context["requestId"],
            "test": request.headers.get("x-test"),
        }

    @app.route("/v1/slow/{word}")
    def slow(word: str) -> dict[str, str]:
        barrier.wait(5)
        request: Any = app.current_request
        return {"word": word, "seen": request.uri_params["word"]}

    @app.route("/v1/picture", methods=["GET", "HEAD"])
    def picture() -> Response:
        headers: dict[str, str | list[str]] = {"Content-Type": "image/png", "Set-Cookie": ["a=1", "b=2"]}
        return Response(b"\x89PNG", headers=headers)

    @app.route("/v1/nothing")
    def nothing() -> Response:
        return Response("", status_code=204)

    barrier = threading.Barrier(8)
    return app


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "web" / "assets").mkdir(parents=True)
    (folder / "web" / "index.html").write_text("<p>Hocmo")
    (folder / "web" / "assets" / "app-B3xk9_aZ.js").write_text("1")
    (folder / "secret.txt").write_text("secret")
    site = gateway.Site(stand_in(), AWS, mails=folder / "mail", web=folder / "web")
    port = ports.any_free()
    loop = asyncio.new_event_loop()
    served: list[Server] = []

    async def serve() -> None:
        served.append(gateway.server(site, port))
        await served[0].serve()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    while ports.is_free(port):
        time.sleep(0.01)
    yield port
    loop.call_soon_threadsafe(served[0].stop)
    thread.join(10)
    assert not thread.is_alive()
    loop.close()


def ask(
    port: int, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, body, headers or {})
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, content


def echoed(port: int, path: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    status, _, body = ask(port, "GET", path, headers=headers)
    assert status == 200
    answer: dict[str, Any] = json.loads(body)
    return answer


def raw(port: int, request: bytes) -> bytes:
    """Send bytes that no HTTP library would; the beginning of the answer (which may come before all is sent)."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        with suppress(OSError):
            connection.sendall(request)
        return connection.recv(65536)


def test_a_request_arrives_as_sent(port: int) -> None:
    answer = echoed(port, "/v1/echo/H%E1%BB%8Dc%20m%E1%BB%9F%2F1?a=1&a=2&b=", {"X-Test": "yes"})
    assert answer["word"] == "Học mở/1"
    assert answer["query"] == {"a": ["1", "2"], "b": [""]}
    assert answer["address"] == "127.0.0.1"
    assert answer["test"] == "yes"


def test_each_request_has_an_id_of_its_own(port: int) -> None:
    assert echoed(port, "/v1/echo/a")["request"] != echoed(port, "/v1/echo/a")["request"]


def test_the_connection_stays_open(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for word in ("a", "b"):
        connection.request("POST", f"/v1/echo/{word}", word.encode())
        assert json.loads(connection.getresponse().read())["body"] == word
    connection.close()


def test_a_trailing_slash_is_no_other_address(port: int) -> None:
    assert echoed(port, "/v1/echo/a/")["word"] == "a"


def test_requests_at_a_time_do_not_see_each_other(port: int) -> None:
    words = [f"w{number}" for number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda word: echoed(port, f"/v1/slow/{word}"), words))
    assert answers == [{"word": word, "seen": word} for word in words]


def test_bytes_and_repeated_headers_come_through(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/v1/picture", headers={"Accept": "image/png"})
    response = connection.getresponse()
    assert response.read() == b"\x89PNG"
    assert response.headers.get_all("set-cookie") == ["a=1", "b=2"]
    connection.close()


def test_head_is_get_without_a_body(port: int) -> None:
    status, headers, body = ask(port, "HEAD", "/v1/picture", headers={"Accept": "image/png"})
    assert (status, body, headers["content-length"]) == (200, b"", "4")


def test_no_content_has_no_length(port: int) -> None:
    status, headers, body = ask(port, "GET", "/v1/nothing")
    assert (status, body) == (204, b"")
    assert "content-length" not in headers


def test_no_other_site_is_let_in(port: int) -> None:
    status, headers, _ = ask(port, "OPTIONS", "/v1/echo/a", headers={"Origin": "http://localhost:5173"})
    assert (status, headers["allow"]) == (405, "GET, POST")
    assert not [name for name in headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/nowhere", 404, "not_found"),
        ("/v1//echo/a", 404, "not_found"),
        ("//v1/echo/a", 404, "not_found"),
        ("/v1/echo/", 404, "not_found"),
        ("/v1/echo//", 404, "not_found"),
        ("/v1/echo/a/b", 404, "not_found"),
        ("/v1/echo/a//", 404, "not_found"),
        ("/v1/echo/../picture", 404, "not_found"),
        ("/v1/%65cho/a", 404, "not_found"),
        ("/v1/echo/%ff", 400, "unreadable_request"),
        ("/v1/echo/" + "a" * 11_000, 431, "headers_too_large"),
        ("/v1/..%2f..%2fsecret.txt", 404, "not_found"),
    ],
)
def test_bad_addresses_are_problems(port: int, path: str, status: int, code: str) -> None:
    got, headers, body = ask(port, "GET", path)
    assert got == status
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-content-type-options"] == "nosniff"
    assert json.loads(body)["code"] == code


def test_problems_speak_the_readers_language(port: int) -> None:
    vietnamese = json.loads(ask(port, "GET", "/v1/nowhere")[2])
    english = json.loads(ask(port, "GET", "/v1/nowhere", headers={"Accept-Language": "en"})[2])
    assert vietnamese["detail"].startswith("Không tìm thấy")
    assert english["detail"].startswith("Nothing is found")
    assert english["type"] == "about:blank"
    assert english["request_id"] != vietnamese["request_id"]


def test_a_body_that_is_no_text_is_refused(port: int) -> None:
    status, _, body = ask(port, "POST", "/v1/echo/a", b"\xff\xfe")
    assert (status, json.loads(body)["code"]) == (400, "unreadable_request")


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_larger_than_the_app_takes_is_refused_in_its_words(port: int, chunked: bool) -> None:
    size = events.MAX_BODY + 1
    head = b"POST /v1/echo/a HTTP/1.1\r\nHost: localhost\r\n"
    if chunked:
        request = head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % size + b"a" * size + b"\r\n0\r\n\r\n"
    else:
        request = head + b"Content-Length: %d\r\n\r\n" % size  # refused before it is sent
    head, _, body = raw(port, request).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413 ")
    assert b"content-type: application/problem+json" in head.lower()
    problem = json.loads(body)
    assert problem["code"] == TooLarge.code
    assert problem["detail"] == TooLarge.vi
    assert problem["type"].endswith(f"/docs#problem-{TooLarge.code}")
    assert problem["request_id"]


def test_the_largest_body_that_the_app_takes_arrives(port: int) -> None:
    status, _, body = ask(port, "POST", "/v1/echo/a", b"a" * bodies.MAX_BYTES)
    assert (status, len(json.loads(body)["body"])) == (200, bodies.MAX_BYTES)


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /v1/echo/\0 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /v1/echo/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        b"GET /v1/echo/" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /v1/echo/a HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused(port: int, request_: bytes) -> None:
    assert raw(port, request_)[:10] == b"HTTP/1.1 4"


@pytest.mark.parametrize("path", ["/v1/echo/%00", "/v1/echo/a?%zz=%", "/v1/echo/%25", "/v1/echo/a?x=%00%ff"])
def test_strange_but_readable_addresses_reach_the_app(port: int, path: str) -> None:
    assert ask(port, "GET", path)[0] == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:8000", 200),
        ("hue.hocmo.localhost:8000", 200),
        ("127.0.0.1", 200),
        ("[::1]:8000", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example:8000", 421),
        ("", 421),
    ],
)
def test_only_names_of_this_machine_are_answered(port: int, host: str, status: int) -> None:
    assert ask(port, "GET", "/v1/echo/a", headers={"Host": host})[0] == status


def test_the_client_is_served_beside_the_app(port: int) -> None:
    status, headers, body = ask(port, "GET", "/khoa-hoc/1")
    assert (status, body) == (200, b"<p>Hocmo")
    assert headers["cache-control"] == "no-cache"
    _, headers, _ = ask(port, "GET", "/assets/app-B3xk9_aZ.js")
    assert "immutable" in headers["cache-control"]


@pytest.mark.parametrize("path", ["/../secret.txt", "/..%2fsecret.txt", "/assets/..%2f..%2fsecret.txt", "/missing.js"])
def test_no_file_outside_the_client_is_served(port: int, path: str) -> None:
    status, _, body = ask(port, "GET", path)
    assert status in (200, 404)
    assert b"secret" not in body


def test_mail_without_ministack_is_unavailable(port: int) -> None:
    status, headers, _ = ask(port, "GET", "/local/mail")
    assert (status, headers["retry-after"]) == (503, "1")
