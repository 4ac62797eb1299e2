"""Names in many languages, and what bears a person's name and is nobody: halls, firms, illnesses, wares, hosts."""

from __future__ import annotations

import pytest

from mesh_platform.classify.texts import read
from mesh_platform.classify.texts.lists import shipped
from mesh_platform.classify.texts.tagger import _stretched
from mesh_platform.classify.texts.tokens import tokens


def people(text: str) -> list[str]:
    return [text[span.start : span.end] for span in read(text).spans if span.entity == "PERSON"]


@pytest.mark.parametrize(
    "text",
    [
        "The Hammond Library is closed until June.",
        "Das Heinrich-Kleyer-Gymnasium bleibt zu.",
        "Réunion au lycée Hélène Boucher, salle 12.",
        "Patients with Dressler syndrome were excluded.",
        "Morbus Scheuermann, Stadium 2.",
        "Bäckerei Hollstein liefert 40 Brote.",
        "Kancelaria Borkowski i Zieliński przysłała fakturę.",
        "Pod odin-3 was evicted from cluster freya.",
        "Storm Brendan closed two depots.",
        "We sell the Matilda Bookshelf and the Rupert Lamp.",
        "im Mai und im Juni geschlossen",
        "Sehr geehrte Damen und Herren,\nder Aufzug ist kaputt.",
    ],
)
def test_what_bears_a_name_is_nobody(text: str) -> None:
    assert people(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Zeugin: Roswitha Kettler, erschien nicht.", "Roswitha Kettler"),
        ("świadek Halina Gawron nie przyszła", "Halina Gawron"),
        ("Svědek Radovan Holub potvrdil schůzku.", "Radovan Holub"),
        ("Tanık: Nermin Aksoy, ifade verdi.", "Nermin Aksoy"),
        ("Hoitaja Marketta Salo tulee klo 9.", "Marketta Salo"),
        ("Свідок: Остап Гринько, адвокат відсутній.", "Остап Гринько"),
        ("الشاهد: مازن الخطيب، حضر الجلسة", "مازن الخطيب"),
        ("证人：郑晓峰，已到庭。", "郑晓峰"),
        ("担当：清水直樹、来週連絡します。", "清水直樹"),
        ("담당자: 강민재, 내일 연락", "강민재"),
        ("ผู้ป่วย: สมศักดิ์ ใจดี, ลิฟต์เสีย", "สมศักดิ์ ใจดี"),
        ("Người nhận: Lê Quang Huy, tầng 3", "Lê Quang Huy"),
        ("गवाह सुरेश मेहता नहीं आए।", "सुरेश मेहता"),
        ("Saksi: Bambang Hartono, hadir", "Bambang Hartono"),
    ],
)
def test_a_person_is_found_behind_a_word_for_who_it_is(text: str, name: str) -> None:
    assert name in people(text)


def test_thai_titles_are_parted_from_the_name_behind_them() -> None:
    assert [token.text for token in tokens("คุณสมชาย ใจดี")] == ["คุณ", "สมชาย", "ใจดี"]


def test_names_look_more_like_names_than_everyday_words_do() -> None:
    names, words = (
        ("Kowalczyński", "Abdulrahimov", "Hallgrímsson", "Papageorgiadis"),
        ("Lieferschein", "Rechnungsnummer", "maintenance", "livraison"),
    )
    assert sum(map(shipped().step, names)) > sum(map(shipped().step, words))


def test_a_less_sure_word_right_beside_a_sure_one_is_part_of_the_name() -> None:
    assert _stretched([(0.9, 0.0), (0.0, 0.4), (0.0, 0.1)], 0.75) == [(0.9, 0.0), (0.0, 0.75), (0.0, 0.1)]
    assert _stretched([(0.4, 0.0), (0.0, 0.9)], 0.75) == [(0.75, 0.0), (0.0, 0.9)]
    assert _stretched([(0.4, 0.0), (0.9, 0.0)], 0.75) == [(0.4, 0.0), (0.9, 0.0)]
