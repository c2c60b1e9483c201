"""The demo's fifty learners: who they are and how far each has come, so that reports have something to say."""

from __future__ import annotations

from dataclasses import dataclass

HUE = (
    "Nguyễn Văn An", "Trần Thị Bích", "Lê Hoàng Cường", "Phạm Thị Dung", "Hoàng Đức Đạt",
    "Vũ Thị Giang", "Đặng Minh Hải", "Bùi Thị Hạnh", "Đỗ Quang Huy", "Hồ Thị Hương",
    "Ngô Văn Khánh", "Dương Thị Lan", "Lý Quốc Long", "Tôn Thất Minh", "Nguyễn Phước Nam",
    "Trương Thị Nga", "Phan Văn Nghĩa", "Mai Thị Ngọc", "Đinh Công Phúc", "Lương Thị Phương",
    "Cao Văn Quân", "Hà Thị Quyên", "Tạ Ngọc Sơn", "Trịnh Thị Tâm", "Võ Thành Thắng",
    "Huỳnh Thị Thảo", "Châu Văn Thịnh", "Nguyễn Khoa Điềm", "Đoàn Thị Thuỷ", "Lê Viết Toàn",
)  # fmt: skip
MINISTRY = (
    "Kiều Thị Trang", "Nguyễn Hữu Trí", "Phùng Văn Trung", "Quách Thị Tú", "Thái Anh Tuấn",
    "Vương Thị Tuyết", "Âu Dương Vinh", "Đàm Thị Xuân", "Ông Thế Vỹ", "Lâm Thị Yến",
    "Nguyễn Đình Ân", "Trần Quốc Bảo", "Lê Thị Cẩm", "Phạm Văn Chiến", "Hoàng Thị Diệp",
    "Vũ Đình Duy", "Đặng Thị Hoa", "Bùi Văn Hùng", "Đỗ Thị Kim", "Hồ Sỹ Lâm",
)  # fmt: skip
COURSES = (
    "lam-chu-dien-thoai-thong-minh",
    "dich-vu-cong-truc-tuyen",
    "an-toan-tren-khong-gian-mang",
    "thanh-toan-khong-dung-tien-mat",
)
# How much of a course's lessons a learner has done: finished, half way, just begun, only enrolled.
_PACES = (1.0, 0.5, 1.0, 0.2, 0.0, 1.0, 0.7)


@dataclass(frozen=True)
class Learner:
    """One learner: the share of each course done so far (courses not named are not taken), and slips before a quiz."""

    space: str
    name: str
    login: str
    shares: dict[str, float]
    mistakes: int


def _learner(space: str, number: int, name: str) -> Learner:
    taken = COURSES[: 1 + number % 4] if number % 3 else COURSES[number % 4 :]
    return Learner(
        space=space,
        name=name,
        login=f"learner{number:02d}@{space}.hocmo.local",
        shares={course: _PACES[(number + place) % len(_PACES)] for place, course in enumerate(taken)},
        mistakes=number % 2,
    )


LEARNERS = tuple(_learner("hue", number, name) for number, name in enumerate(HUE, start=1)) + tuple(
    _learner("bo-noi-vu", number, name) for number, name in enumerate(MINISTRY, start=1)
)
