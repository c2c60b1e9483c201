"""Certificates drawn, as pages and as pictures to share: CPU and bytes for each.

What is drawn is what ``credentials/prints/kept.py`` draws when somebody first asks: the space's logo and the signatures
are decoded each time. What S3 and the register take is not in it.
"""

from __future__ import annotations

import io
import itertools
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from bench import results
from chalicelib.credentials import texts
from chalicelib.credentials.prints import certificate, sharing, shown
from chalicelib.credentials.prints.certificate import Art
from chalicelib.credentials.prints.shown import Shown, Signer
from chalicelib.printing import pictures

SIZES = {"small": 40, "full": 100}
GOAL_MS = 1_000  # so that whoever asks may wait for it
CAMPAIGN = 20_000
_NAMES = itertools.cycle(["Nguyễn Thị Bích Ngọc", "Trần Văn Bình", "Công Tằng Tôn Nữ Thị Phương Thảo Nguyên Huyền"])
_IMPORTS = "from PIL import Image, ImageDraw, ImageFont, ImageOps, ImageStat, JpegImagePlugin, WebPImagePlugin"
_COLD = f"import time; before = time.process_time()\n{_IMPORTS}\nprint(time.process_time() - before)"


def main(scale: str) -> None:
    """Measure, print and keep."""
    found = run(SIZES[scale])
    results.keep("printing", found)
    results.show(tables(found))


def run(pieces: int) -> dict[str, Any]:
    """Draw so many of each kind."""
    logo, signature = _logo(), _signature()
    kinds: dict[str, Callable[[int], bytes]] = {
        "page": lambda number: certificate.drawn(_shown(number), Art(None, False, ())),
        "dressed": lambda number: _dressed(_shown(number, signers=2), logo, signature),
        "fullest": lambda number: _dressed(_fullest(number), logo, signature),
        "picture": lambda number: sharing.drawn(_shown(number), pictures.opened(logo, 960, 230), on_colour=False),
    }
    cold = subprocess.run([sys.executable, "-c", _COLD], capture_output=True, text=True, check=True)
    return {
        "pieces": pieces,
        **{name: _drawn(draw, pieces) for name, draw in kinds.items()},
        "import_ms": round(float(cold.stdout) * 1000),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _drawn(draw: Callable[[int], bytes], pieces: int) -> dict[str, Any]:
    draw(0)
    taken, size = [], 0
    for number in range(1, pieces + 1):
        began = time.process_time()
        size = len(draw(number))
        taken.append((time.process_time() - began) * 1000)
    return {"cpu_ms": round(statistics.median(taken), 1), "most_ms": round(max(taken), 1), "bytes": size}


def _dressed(what: Shown, logo: bytes, signature: bytes) -> bytes:
    opened = pictures.opened(logo, 960, 230)
    signatures = tuple(pictures.embedded(pictures.opened(signature, 520, 180)) for _ in what.signers)
    return certificate.drawn(what, Art(pictures.embedded(opened), pictures.is_pale(opened), signatures))


def _shown(number: int, *, signers: int = 0, body: str | None = None, name: str | None = None) -> Shown:
    called = f"hue.{number:022d}"
    facts = {
        "name": name or next(_NAMES), "course": "An toàn trên không gian mạng", "date": "24/11/2026", "number": called,
        "hours": "1,5", "score": "92", "issuer": "Sở Khoa học và Công nghệ thành phố Huế",
    }  # fmt: skip
    return shown.Shown(
        number=called, address=f"https://hocmo.example/v1/credentials/{called}", language="vi",
        heading=texts.HEADINGS["vi"], body=body or texts.BODIES["course"]["vi"], name=facts["name"],
        title=facts["course"],
        facts=tuple(sorted(facts.items())), superior="Uỷ ban nhân dân thành phố Huế", issuer=facts["issuer"],
        signers=(Signer("Trần Văn Bình", "Giám đốc Sở Khoa học và Công nghệ", "s"),) * signers,
        issued_on="2026-11-24", until=None, expired=False, primary="#0b5cad", accent="#b45309", logo="a logo",
    )  # fmt: skip


def _fullest(number: int) -> Shown:
    """As much as a template may hold, none of which has room."""
    return _shown(number, signers=4, body="\n".join(["{course} {issuer}"] * 55), name="M" * 150)


def _logo() -> bytes:
    """As large as a space's logo may be, of many colours."""
    from PIL import Image

    output = io.BytesIO()
    Image.radial_gradient("L").resize((2_048, 2_048)).convert("RGBA").save(output, "PNG")
    return output.getvalue()


def _signature() -> bytes:
    from PIL import Image, ImageDraw

    picture, output = Image.new("RGBA", (1_200, 480), (0, 0, 0, 0)), io.BytesIO()
    ImageDraw.Draw(picture).line([(20, 400), (300, 60), (600, 420), (1_180, 90)], fill="#14147a", width=14)
    picture.save(output, "PNG")
    return output.getvalue()


def tables(found: dict[str, Any]) -> list[results.Table]:
    """One row for each kind."""
    names = {
        "page": "a page without pictures",
        "dressed": "with a logo of 2048 × 2048 and two signatures",
        "fullest": "the fullest: all texts too long, four signatures",
        "picture": "a picture to share, with that logo",
    }
    rows = [
        [name, *(found[key][each] for each in ("cpu_ms", "most_ms", "bytes")), GOAL_MS] for key, name in names.items()
    ]
    columns = ["drawn", "CPU ms each", "most", "bytes", "goal ms"]
    minutes = found["dressed"]["cpu_ms"] * CAMPAIGN / 60_000
    note = (
        f"The first one of a container waits {found['import_ms']} ms more for Pillow. Memory, the most: "
        f"{found['peak_mb']} MB. "
        f"All {CAMPAIGN:,} of a campaign, dressed: {minutes:.0f} minutes of a processor."
    )
    return [results.Table(f"{found['pieces']:,} of each", columns, rows, note)]
