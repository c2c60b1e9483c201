"""Certificates as pages and pictures: what they say, that it fits, and that nobody is given what is not so."""

from __future__ import annotations

import io
import re
import unicodedata
from typing import Any, Literal
from xml.etree import ElementTree

import pypdf
import pytest
import zxingcpp
from PIL import Image

from chalicelib import config
from chalicelib.credentials import addresses
from chalicelib.storage import files
from chalicelib.tenants import registry, store
from tests.api import Api
from tests.courses.writing import uploaded
from tests.credentials import paper
from tests.credentials.holders import NAME, certifying, complete, held, issued, learner
from tests.emulated import Cloud
from tests.factories import OpenedSpace, forget_space
from tests.learning.courses import publish
from tests.pictures import jpeg
from tests.spending import spending

INSIDE = (31.0, 31.0, 842 - 31.0, 595 - 31.0)  # points: the inner frame
LONG = "Công Tằng Tôn Nữ Thị Nguyễn Hoàng Phương Thảo Nguyên Huyền Trang Diễm Quỳnh Ngọc Ánh Tuyết Mai Khánh Linh"
SIGNERS = [
    {"name": "Trần Văn Bình", "title": "Giám đốc Sở Khoa học và Công nghệ"},
    {"name": "Nguyễn Lê Hoàng Phương Uyên", "title": "Hiệu trưởng Trường Đào tạo cán bộ Lê Hồng Phong"},
]


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return certifying()


def template(hue: OpenedSpace, **more: Any) -> str:
    """A template that is the space's usual one."""
    made: str = hue.admin.post(hue.at("/credential-templates"), {"name": "Chung", **more}).ok(201)["id"]
    hue.admin.put(hue.at("/credential-settings"), {"courses": "all", "template": made}).ok()
    return made


def test_the_page_says_who_what_and_when(aws: Cloud, hue: OpenedSpace) -> None:
    number = issued(aws, hue)
    told = Api().get(f"/credentials/{number}").ok()
    assert told["certificate"] == f"{told['address']}/certificate.pdf"
    pdf = paper.certificate(number)
    text = paper.text(pdf)
    assert text.index("THÀNH PHỐ HUẾ") < text.index("GIẤY CHỨNG NHẬN") < text.index(NAME) < text.index("đã hoàn thành")
    assert f"Số: {number}" in text
    assert addresses.shown(number) in text
    (page,) = pypdf.PdfReader(io.BytesIO(pdf)).pages
    assert (page.mediabox.width, page.mediabox.height) == (842, 595)


def test_the_page_can_be_read_aloud(aws: Cloud, hue: OpenedSpace) -> None:
    """It has a title and a language, its parts are told apart, and what is a picture is described."""
    paper.dress(hue, logo=paper.logo("#b4141e"))
    number = issued(aws, hue)
    pdf = pypdf.PdfReader(io.BytesIO(paper.certificate(number)))
    root: Any = pdf.trailer["/Root"]
    assert pdf.metadata is not None
    assert pdf.metadata.title == f"GIẤY CHỨNG NHẬN – {NAME}"
    assert root["/Lang"] == "vi"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    parts = [each.get_object() for each in root["/StructTreeRoot"]["/K"]["/K"]]
    assert [part["/S"] for part in parts][:4] == ["/Figure", "/P", "/H1", "/P"]
    assert [part["/K"] for part in parts] == list(range(len(parts)))
    assert [part["/Alt"] for part in parts if part["/S"] == "/Figure"] == [
        "Biểu trưng của Thành phố Huế",
        f"Mã QR dẫn đến {addresses.shown(number)}",
    ]


def test_its_fonts_are_inside(aws: Cloud, hue: OpenedSpace) -> None:
    pdf = pypdf.PdfReader(io.BytesIO(paper.certificate(issued(aws, hue))))
    fonts: Any = pdf.pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    kept = [each.get_object()["/DescendantFonts"][0]["/FontDescriptor"] for each in fonts.values()]
    assert {font["/FontName"] for font in kept} == {"/BeVietnamPro-Regular", "/BeVietnamPro-Bold"}
    assert all(len(font["/FontFile2"].get_data()) > 10_000 for font in kept)


def test_the_code_leads_to_the_credential(aws: Cloud, hue: OpenedSpace) -> None:
    number = issued(aws, hue)
    (found,) = zxingcpp.read_barcodes(paper.pixels(paper.certificate(number)))
    assert found.text == addresses.shown(number)


def test_the_code_alone_leads_there_too(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    number = issued(aws, hue)
    drawing = api.get(f"/credentials/{number}/qr.svg")
    assert drawing.headers["content-type"] == "image/svg+xml"
    image = Image.open(io.BytesIO(b"P1 " + _bitmap(str(drawing.text))))
    (found,) = zxingcpp.read_barcodes(image.resize((image.width * 8, image.height * 8)).convert("RGB"))
    assert found.text == addresses.shown(number)


def _bitmap(svg: str) -> bytes:
    """The squares of a drawing as a plain PBM."""
    root = ElementTree.fromstring(svg)
    size = int(root.attrib["viewBox"].split()[-1])
    black = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", root[1].attrib["d"])}
    return f"{size} {size} ".encode() + b" ".join(
        b"1" if (x, y) in black else b"0" for y in range(size) for x in range(size)
    )


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_who_signs_and_for_whom(aws: Cloud, hue: OpenedSpace, form: Literal["NFC", "NFD"]) -> None:
    ink = paper.logo("#14147a")
    signed = [{**SIGNERS[0], "signature": uploaded(hue, "image/png", ink)}, SIGNERS[1]]
    said = {
        "superior": unicodedata.normalize(form, "Uỷ ban nhân dân thành phố Huế"),
        "issued_by": unicodedata.normalize(form, "Sở Khoa học và Công nghệ"),
        "heading": unicodedata.normalize(form, "CHỨNG CHỈ"),
        "body": unicodedata.normalize(form, "Chứng nhận\n{name}\nđã học {hours} giờ khoá “{course}”."),
    }
    made = template(hue, signatories=signed, valid_months=24, **said)
    assert hue.admin.get(hue.at(f"/credential-templates/{made}")).ok()["signatories"][0]["signature"]
    pdf = paper.certificate(issued(aws, hue))
    found = " ".join(paper.text(pdf).split())
    for part in (
        "UỶ BAN NHÂN DÂN THÀNH PHỐ HUẾ", "SỞ KHOA HỌC VÀ CÔNG NGHỆ", "CHỨNG CHỈ", "đã học", "Trần Văn Bình",
        "GIÁM ĐỐC SỞ KHOA HỌC VÀ CÔNG NGHỆ", "Nguyễn Lê Hoàng Phương Uyên", "Có giá trị đến hết ngày", "tháng", "năm",
    ):  # fmt: skip
        assert part in found
    assert paper.shows(paper.pixels(pdf), "#14147a")


@pytest.mark.parametrize(
    ("name", "title", "signers"),
    [
        ("An", "Tin học", 0),
        (LONG, "Bồi dưỡng kỹ năng số cơ bản cho cán bộ, công chức, viên chức " * 3, 3),
        ("M" * 150, "W" * 200, 4),
        ("Ẫ Ỵ Ự Ặ " * 18, "x", 2),
    ],
)
def test_all_of_it_stays_within_the_frame(aws: Cloud, hue: OpenedSpace, name: str, title: str, signers: int) -> None:
    name, title = name.strip(), title.strip()[:200]
    each = {"name": name[:100], "title": "Phó Trưởng ban Tổ chức kiêm Hiệu trưởng Trường Đào tạo cán bộ " * 2}
    body = "{issuer} chứng nhận\n{name}\nđã hoàn thành khoá học “{course}” ngày {date}.".replace("{course}", title)
    template(
        hue,
        signatories=[each] * signers,
        title=title,
        issued_by="Đ" * 150,
        heading="Ự" * 100,
        superior="Ậ" * 150,
        body=body,
    )
    number = issued(aws, hue, learner(hue, name))
    pdf = paper.certificate(number)
    assert name in paper.text(pdf).replace("\n", " ").replace("  ", " ") or " " not in name
    left, bottom, right, top = INSIDE
    outside = [box for box in paper.boxes(pdf) if not (left < box[1] and box[3] < right and bottom < box[2] < top)]
    assert outside == []
    assert paper.shared(number).size == (1200, 630)


def test_lines_do_not_lie_on_one_another(aws: Cloud, hue: OpenedSpace) -> None:
    template(hue, signatories=SIGNERS, superior="Uỷ ban nhân dân thành phố Huế")
    pdf = paper.certificate(issued(aws, hue, learner(hue, LONG)))
    letters = paper.boxes(pdf)
    for number, (_, left, bottom, right, top) in enumerate(letters):
        for _, other_left, other_bottom, other_right, other_top in letters[number + 1 :]:
            wide = min(right, other_right) - max(left, other_left)
            high = min(top, other_top) - max(bottom, other_bottom)
            assert wide < 1 or high < 1.5


def test_text_that_would_fill_a_hundred_pages_is_cut(aws: Cloud, hue: OpenedSpace) -> None:
    template(hue, body="\n".join(["{name}"] * 20 + ["{course} {issuer}"] * 45))
    pdf = paper.certificate(issued(aws, hue))
    assert NAME in paper.text(pdf)
    assert "…" in paper.text(pdf)


def test_markup_stays_text(aws: Cloud, hue: OpenedSpace) -> None:
    name = "<b>An</b> (x) \\ ) Tj ET {course} %"
    pdf = paper.certificate(issued(aws, hue, learner(hue, name)))
    assert name in paper.text(pdf)
    metadata = pypdf.PdfReader(io.BytesIO(pdf)).metadata
    assert metadata is not None
    assert metadata.title == f"GIẤY CHỨNG NHẬN – {name}"


def test_an_english_one(aws: Cloud, hue: OpenedSpace) -> None:
    template(hue, language="en", signatories=SIGNERS[:1])
    text = paper.text(paper.certificate(issued(aws, hue, learner(hue, "Antonín Dvořák"))))
    assert "CERTIFICATE" in text
    assert "certifies that" in text
    assert "Antonín Dvorák" in text  # the font has no ř: the letter under its mark
    assert "Verify at" in text


def test_it_is_drawn_once(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    number = issued(aws, hue)
    for kind in ("certificate.pdf", "share.png"):
        first = api.get(f"/credentials/{number}/{kind}")
        assert first.headers["cache-control"] == "public, max-age=60"
        assert first.headers["x-robots-tag"] == "noindex"
        name = paper.key_of(first)
        assert name.startswith(f"{hue.slug}/certificates/")
        files.put(name, b"what is kept", "application/pdf")
        with spending() as spent:
            assert paper.behind(api.get(f"/credentials/{number}/{kind}")) == b"what is kept"
        assert (spent.last["calls"], spent.last["s3_calls"]) == (1, 1)


def test_what_is_kept_is_gone_after_a_week(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    name = paper.key_of(api.get(f"/credentials/{issued(aws, hue)}/certificate.pdf"))
    tags = files.s3().get_object_tagging(Bucket=config.current().bucket, Key=name)["TagSet"]
    assert tags == [{"Key": "keep", "Value": "week"}]


def test_another_dress_is_another_file(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    number = issued(aws, hue)
    at = f"/credentials/{number}/certificate.pdf"
    plain = paper.key_of(api.get(at))
    paper.dress(hue, colours={"primary": "#7a0019"})
    red = api.get(at)
    assert paper.shows(paper.pixels(paper.behind(red)), "#7a0019")
    paper.dress(hue, logo=paper.logo("#228822"))
    with_logo = api.get(at)
    assert paper.shows(paper.pixels(paper.behind(with_logo)), "#228822")
    assert paper.shows(paper.shared(number), "#228822")
    assert len({plain, paper.key_of(red), paper.key_of(with_logo)}) == 3


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_logos_of_every_kind(aws: Cloud, hue: OpenedSpace, kind: str) -> None:
    paper.dress(hue, logo=paper.logo("#b4141e", ground=(255, 255, 255, 255), kind=kind))
    pixels = paper.pixels(paper.certificate(issued(aws, hue)))
    colour = pixels.getpixel((round(421 * paper.SCALE), round(81 * paper.SCALE)))
    assert isinstance(colour, tuple)
    assert all(abs(found - wanted) < 12 for found, wanted in zip(colour, (0xB4, 0x14, 0x1E), strict=True))


def test_a_white_logo_stands_on_the_spaces_colour(aws: Cloud, hue: OpenedSpace) -> None:
    paper.dress(hue, colours={"primary": "#1f2937"}, logo=paper.logo("#ffffff"))
    number = issued(aws, hue)
    beside = (round(385 * paper.SCALE), round(56 * paper.SCALE))
    assert paper.pixels(paper.certificate(number)).getpixel(beside) == (0x1F, 0x29, 0x37)
    assert paper.shared(number).getpixel((100, 70)) == (0x1F, 0x29, 0x37)


def test_a_damaged_logo_leaves_the_name(aws: Cloud, hue: OpenedSpace) -> None:
    paper.dress(hue, logo=jpeg())  # its segments are right, its pixels are none
    assert "THÀNH PHỐ HUẾ" in paper.text(paper.certificate(issued(aws, hue)))


def test_it_is_printed_for_ever(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    """Also of a space that was closed: with its files its logo is gone, and its name is not."""
    paper.dress(hue, logo=paper.logo("#b4141e"))
    number = issued(aws, hue)
    files.delete_some(hue.space)
    store.change(hue.slug, registry.require(hue.slug).v, {"status": "closed"})
    forget_space(hue.slug)
    api.get(hue.at()).refused(404)
    pdf = paper.certificate(number)
    assert "THÀNH PHỐ HUẾ" in paper.text(pdf)
    assert not paper.shows(paper.pixels(pdf), "#b4141e")


def test_what_holds_no_more_is_refused(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    number = issued(aws, hue)
    was = paper.key_of(api.get(f"/credentials/{number}/certificate.pdf"))
    made = hue.admin.post(hue.at(f"/credentials/{number}/reissues"), {"name": "Nguyễn Thị Ngọc"}).ok(201)["id"]
    told = api.get(f"/credentials/{number}/certificate.pdf").refused(410, "credential_replaced")
    assert made in told["detail"]
    fresh = api.get(f"/credentials/{made}/certificate.pdf")
    assert paper.key_of(fresh) != was
    assert "Nguyễn Thị Ngọc" in paper.text(paper.behind(fresh))
    hue.admin.put(hue.at(f"/credentials/{made}/revocation"), {"reason": "misconduct"}).ok()
    for kind in ("certificate.pdf", "share.png"):
        api.get(f"/credentials/{made}/{kind}").refused(410, "credential_revoked")
    page = api.get(f"/credentials/{made}").ok()
    assert (page["certificate"], page["picture"]) == (None, None)
    api.get("/credentials/hue.0123456789abcdefghjkmn/share.png").refused(404)


@pytest.mark.parametrize("what", ["unknown", "of another space", "no picture", "too many pixels"])
def test_a_signature_is_a_picture_of_the_space(aws: Cloud, hue: OpenedSpace, what: str) -> None:
    content = b"\x89PNG\r\n\x1a\n" + b"x" * 40
    if what == "too many pixels":
        output = io.BytesIO()
        Image.new("1", (20_000, 20_000)).save(output, "PNG")
        content = output.getvalue()
    elif what == "of another space":
        content = paper.logo("#14147a")
    owner = certifying() if what == "of another space" else hue
    file_id = "0123456789abcdefghjkmn" if what == "unknown" else uploaded(owner, "image/png", content)
    body = {"name": "Chung", "signatories": [{**SIGNERS[0], "signature": file_id}]}
    reply = hue.admin.post(hue.at("/credential-templates"), body)
    reply.refused(422)
    assert reply.bad_fields == {"signatories.0.signature"}


def test_the_picture_to_share_shows_the_name(aws: Cloud, hue: OpenedSpace) -> None:
    """The area of the name is empty for nobody, and another for another name."""
    first = issued(aws, hue)
    other = learner(hue, "Lê Quang", "quang@hue.example")
    course = publish(hue.space, "1")
    complete(hue, other, course)
    aws.drain()
    second = held(hue, other)[0]["id"]
    area = (84, 280, 1116, 400)
    one, two = (paper.shared(each).crop(area) for each in (first, second))
    assert paper.shows(one, "#111111")
    assert one.tobytes() != two.tobytes()
