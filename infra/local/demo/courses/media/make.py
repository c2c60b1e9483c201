"""Makes the demo's pictures, its printable checklist and its video, into the courses' `files/`, which are committed.

Only who changes them runs this: `python -m infra.local.demo.courses.media.make`. It needs Chromium, ffmpeg with libx264
and the typefaces Inter and Noto Sans; on Debian: `apt-get install chromium ffmpeg fonts-inter fonts-noto-core`.
"""

import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MEDIA = Path(__file__).parent
COURSES = MEDIA.parent
PHONE = COURSES / "lam-chu-dien-thoai-thong-minh" / "files"
SERVICES = COURSES / "dich-vu-cong-truc-tuyen" / "files"
SAFETY = COURSES / "an-toan-tren-khong-gian-mang" / "files"
MONEY = COURSES / "thanh-toan-khong-dung-tien-mat" / "files"

SCENE_S = 4.75  # time to read a card aloud, unhurried
FADE_S = 0.5
CHIME = "0.10*sin(2*PI*660*mod(t,{s}))*exp(-6*mod(t,{s}))+0.07*sin(2*PI*990*mod(t,{s}))*exp(-5*mod(t,{s}))"


@dataclass(frozen=True)
class Scene:
    """A card of the video: what the drawn phone shows, and the words beside it, which are its caption too."""

    phone: str
    step: str
    title: str
    text: str

    @property
    def caption(self) -> str:
        return f"{self.step}: {self.title}\n{self.text}".removeprefix(": ")


def listing(heading: str, items: Sequence[str], hit: str) -> str:
    rows = "".join(f'<div class="item{" hit" if item == hit else ""}">{item}</div>' for item in items)
    return f'<div class="bar">{heading}</div>{rows}'


def slider(percent: int, size: int) -> str:
    return (
        '<div class="bar">Cỡ chữ</div>'
        f'<div class="sample" style="font-size: {size}px">Mẹ ơi, cuối tuần này con về thăm nhà nhé!</div>'
        f'<div class="track"><b style="left: {percent}%"></b></div>'
        '<div class="ends"><span style="font-size: 20px">A</span><span style="font-size: 42px">A</span></div>'
    )


def home() -> str:
    apps = {"Điện thoại": "#2f9e44", "Tin nhắn": "#1c7ed6", "Máy ảnh": "#868e96", "Ảnh": "#e8590c"}
    icons = "".join(f'<div><i style="background: {colour}"></i>{name}</div>' for name, colour in apps.items())
    gear = (
        '<div class="on"><i style="background: #495057"><svg viewBox="0 0 72 72"><g fill="none" stroke="#fff" '
        'stroke-width="9"><circle cx="36" cy="36" r="14"/><circle cx="36" cy="36" r="21" stroke-width="8" '
        'stroke-dasharray="8.2 8.3"/></g></svg></i>Cài đặt</div>'
    )
    return f'<div class="apps">{icons}{gear}</div>'


def chat(size: int) -> str:
    messages = ["Mẹ ơi, cuối tuần này con về thăm nhà nhé!", "Ừ, mẹ nấu món canh chua."]
    bubbles = "".join(
        f'<div class="bubble{" mine" if number else ""}" style="font-size: {size}px">{message}</div>'
        for number, message in enumerate(messages)
    )
    return f'<div class="bar">Tin nhắn</div>{bubbles}'


SETTINGS = ["Wi-Fi", "Âm thanh", "Màn hình", "Màn hình khoá", "Bảo mật", "Ứng dụng"]
DISPLAY = ["Độ sáng", "Bảo vệ mắt", "Cỡ chữ", "Thời gian tắt", "Thu phóng"]
SCENES = [
    Scene(chat(19), "", "Phóng to chữ trên điện thoại", "Cầm máy lên và làm theo, chưa đầy một phút."),
    Scene(home(), "Bước 1", "Mở Cài đặt", "Tìm biểu tượng hình bánh răng rồi chạm vào."),
    Scene(listing("Cài đặt", SETTINGS, "Màn hình"), "Bước 2", "Chọn Màn hình", "iPhone ghi là “Màn hình & Độ sáng”."),
    Scene(listing("Màn hình", DISPLAY, "Cỡ chữ"), "Bước 3", "Chọn Cỡ chữ", "Có máy ghi là “Cỡ và kiểu phông chữ”."),
    Scene(slider(12, 24), "Bước 4", "Đặt tay lên thanh trượt", "Lúc này chữ mẫu còn nhỏ."),
    Scene(slider(82, 40), "Bước 5", "Kéo sang phải", "Chữ mẫu to dần. Thấy dễ đọc thì dừng."),
    Scene(chat(36), "Bước 6", "Mở tin nhắn để xem lại", "Nếu chữ to quá, hãy kéo sang trái một chút."),
    Scene(chat(36), "", "Xong rồi!", "Muốn to hơn nữa, hãy tìm mục Thu phóng hoặc Trợ năng."),
]


def page(name: str) -> str:
    return (MEDIA / name).read_text(encoding="utf-8")


def cover(background: str, drawing: str) -> str:
    return (
        '<!doctype html><meta charset="utf-8"><style>*{margin:0}svg{display:block}</style>'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="960" height="540" viewBox="0 0 960 540">'
        f'<rect width="960" height="540" fill="{background}"/>{drawing}</svg>'
    )


HANDSET = (
    '<rect x="370" y="55" width="220" height="430" rx="34" fill="#14213d"/>'
    '<rect x="384" y="73" width="192" height="394" rx="20" fill="#fff"/>'
)
TICK = 'fill="none" stroke="#fff" stroke-linecap="round" stroke-linejoin="round"'
COVERS = {
    PHONE: cover(
        "#ffe8cc",
        '<circle cx="480" cy="270" r="235" fill="#ffd8a8"/>'
        + HANDSET
        + "".join(
            f'<rect x="{404 + 54 * (n % 3)}" y="{232 + 58 * (n // 3)}" width="44" height="44" rx="12" fill="{colour}"/>'
            for n, colour in enumerate(["#1c7ed6", "#2f9e44", "#e8590c", "#7048e8", "#0c8599", "#f59f00"])
        )
        + '<text x="480" y="186" font-family="Inter" font-size="92" font-weight="700" text-anchor="middle" '
        'fill="#14213d">Aa</text><rect x="410" y="400" width="140" height="34" rx="17" fill="#2f9e44"/>',
    ),
    SERVICES: cover(
        "#d0ebff",
        '<circle cx="480" cy="270" r="235" fill="#a5d8ff"/>'
        '<path d="M330 70h220l90 90v310H330z" fill="#fff"/><path d="M550 70v90h90z" fill="#74a9d8"/>'
        + "".join(
            f'<rect x="372" y="{196 + 62 * n}" width="36" height="36" rx="8" fill="#0b4f8a"/>'
            f'<path d="M380 {214 + 62 * n}l7 8 14-16" {TICK} stroke-width="6"/>'
            f'<rect x="428" y="{205 + 62 * n}" width="{170 - 30 * (n % 2)}" height="18" rx="9" fill="#b9c9dc"/>'
            for n in range(4)
        )
        + f'<circle cx="634" cy="424" r="66" fill="#2f9e44"/><path d="M604 426l22 24 40-48" {TICK} stroke-width="15"/>',
    ),
    SAFETY: cover(
        "#d3f9d8",
        '<circle cx="480" cy="270" r="235" fill="#b2f2bb"/>'
        '<path d="M480 66l158 56v134c0 104-66 176-158 220-92-44-158-116-158-220V122z" fill="#0b6b3a"/>'
        '<path d="M480 104l122 43v110c0 82-50 138-122 176-72-38-122-94-122-176V147z" fill="#2f9e44"/>'
        '<rect x="412" y="246" width="136" height="112" rx="18" fill="#fff"/>'
        '<path d="M438 246v-34a42 42 0 0 1 84 0v34" fill="none" stroke="#fff" stroke-width="20"/>'
        '<circle cx="480" cy="292" r="15" fill="#0b6b3a"/>'
        '<rect x="474" y="296" width="12" height="36" rx="6" fill="#0b6b3a"/>',
    ),
    MONEY: cover(
        "#e5dbff",
        '<circle cx="480" cy="270" r="235" fill="#d0bfff"/>'
        + HANDSET
        + "".join(
            f'<rect x="{x}" y="{y}" width="50" height="50" rx="6" fill="none" stroke="#14213d" stroke-width="12"/>'
            f'<rect x="{x + 17}" y="{y + 17}" width="16" height="16" fill="#14213d"/>'
            for x, y in [(412, 126), (498, 126), (412, 212)]
        )
        + "".join(
            f'<rect x="{x}" y="{y}" width="16" height="16" fill="#14213d"/>'
            for x, y in [(492, 206), (524, 206), (508, 222), (540, 222), (492, 238), (524, 254), (508, 254), (540, 254)]
        )
        + '<rect x="410" y="312" width="140" height="20" rx="10" fill="#b9c9dc"/>'
        f'<circle cx="480" cy="398" r="44" fill="#2f9e44"/><path d="M460 400l15 16 26-32" {TICK} stroke-width="11"/>',
    ),
}


def chromium(html: str, *options: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(html, encoding="utf-8")
        # Nothing but our own pages is opened, and root (as in a container) has no sandbox.
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        command = ["chromium", "--headless", "--disable-gpu", "--hide-scrollbars", *sandbox, *options, source.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=60)


def picture(html: str, target: Path, width: int, height: int) -> None:
    chromium(html, f"--screenshot={target}", f"--window-size={width},{height}", "--force-device-scale-factor=1")
    few_colours = "split[a][b];[a]palettegen=max_colors=128[p];[b][p]paletteuse=dither=none"
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.png"
        ffmpeg("-i", str(target), "-vf", few_colours, str(small))
        target.write_bytes(small.read_bytes())


def ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-y", "-loglevel", "error", *arguments], check=True, timeout=300)


def video(scenes: Sequence[Scene], target: Path) -> None:
    """Cards that fade into each other, with a soft chime at each: 1280 x 720, H.264 and AAC, ready to stream."""
    total = SCENE_S * len(scenes)
    with tempfile.TemporaryDirectory() as folder:
        inputs: list[str] = []
        for number, scene in enumerate(scenes):
            card = Path(folder) / f"{number}.png"
            html = page("scene.html")
            for name in ("phone", "step", "title", "text"):
                html = html.replace("{" + name + "}", getattr(scene, name))
            chromium(html, f"--screenshot={card}", "--window-size=1280,720", "--force-device-scale-factor=1")
            inputs += ["-loop", "1", "-framerate", "15", "-t", str(SCENE_S + FADE_S), "-i", str(card)]
        fades = "".join(
            f"[{'0' if n == 1 else f'v{n - 1}'}][{n}]xfade=duration={FADE_S}:offset={SCENE_S * n}[v{n}];"
            for n in range(1, len(scenes))
        )
        sound = f"aevalsrc={CHIME.format(s=SCENE_S)}:s=44100:d={total}"
        ffmpeg(
            *inputs,
            *["-f", "lavfi", "-i", sound.replace(",", r"\,")],
            *["-filter_complex", f"{fades}[v{len(scenes) - 1}]format=yuv420p[v]"],
            *["-map", "[v]", "-map", f"{len(scenes)}:a", "-t", str(total)],
            *["-c:v", "libx264", "-preset", "veryslow", "-tune", "stillimage", "-crf", "27", "-g", "75"],
            *["-c:a", "aac", "-ac", "1", "-b:a", "40k", "-movflags", "+faststart", str(target)],
        )


def lighter(film: Path, target: Path) -> None:
    """The same film in about half the bytes: 640 x 360."""
    smaller = ["-vf", "scale=640:-2", "-r", "12", "-c:v", "libx264", "-preset", "veryslow", "-crf", "32"]
    ffmpeg("-i", str(film), *smaller, "-c:a", "aac", "-ac", "1", "-b:a", "32k", "-movflags", "+faststart", str(target))


def sound(film: Path, target: Path) -> None:
    """The film's sound alone, for who listens."""
    ffmpeg("-i", str(film), "-vn", "-c:a", "aac", "-ac", "1", "-b:a", "32k", "-movflags", "+faststart", str(target))


def captions(scenes: Sequence[Scene], target: Path) -> None:
    cues = [
        f"00:{SCENE_S * n:06.3f} --> 00:{SCENE_S * (n + 1) - 0.1:06.3f}\n{scene.caption}\n"
        for n, scene in enumerate(scenes)
    ]
    target.write_text("\n".join(["WEBVTT\n", *cues]), encoding="utf-8")


def main() -> None:
    for folder, html in COVERS.items():
        picture(html, folder / "cover.png", 960, 540)
    picture(page("address.html"), SAFETY / "doc-dia-chi-trang.png", 1000, 480)
    picture(page("transfer.html"), MONEY / "ba-cho-can-doc.png", 1000, 620)
    checklist = SERVICES / "phieu-kiem-tra-ho-so.pdf"
    chromium(page("checklist.html"), f"--print-to-pdf={checklist}", "--no-pdf-header-footer")
    video(SCENES, PHONE / "phong-to-chu.mp4")
    lighter(PHONE / "phong-to-chu.mp4", PHONE / "phong-to-chu.nhe.mp4")
    sound(PHONE / "phong-to-chu.mp4", PHONE / "phong-to-chu.m4a")
    captions(SCENES, PHONE / "phong-to-chu.vi.vtt")


if __name__ == "__main__":
    main()
