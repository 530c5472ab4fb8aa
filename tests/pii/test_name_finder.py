"""Names that one column holds, in the texts of others."""

import pandas as pd
import pytest

from synth_handson import find_personal_data, replace_personal_data
from synth_handson.pii.name_finder import NameFinder


@pytest.mark.parametrize(
    ("name", "text", "there"),
    [
        ("Ngozi Umeh", "gave it to ngozi umeh today", "ngozi umeh"),
        ("Ngozi Umeh", "UMEH, NGOZI was here", "UMEH, NGOZI"),
        ("Zoë Ångström", "Zoe Angstrom rang", "Zoe Angstrom"),
        ("Linh Đặng", "昨日Linh Đặngが来店", "Linh Đặng"),
        ("鯨井 蒼天", "昨日は鯨井蒼天が来店", "鯨井蒼天"),
        ("鯨井蒼天", "鯨井　蒼天が来店", "鯨井　蒼天"),
        ("鯨井 蒼", "蒼鯨井さんから電話", "蒼鯨井"),
        ("林 誠", "林　誠が対応", "林　誠"),
    ],
)
def test_a_name_is_found_however_it_is_written(name: str, text: str, there: str) -> None:
    assert [text[span.start : span.end] for span in NameFinder([name]).find(text)] == [there]


def test_a_single_word_is_looked_for_nowhere() -> None:
    assert not NameFinder(["Cal", "森"])
    assert list(NameFinder(["Cal Ripken"]).find("Call Ripkens, Cal")) == []
    assert list(NameFinder(["林 誠"]).find("植林誠実")) == []


def test_names_of_one_column_stay_in_no_text_of_another() -> None:
    names = ["Umeh Ngozi", "Qreshnik Zhubi", "鯨井 蒼天"] * 40
    notes = [f"{name.lower()} wants {name.replace(' ', '')}, {name}" for name in names]
    frame = pd.DataFrame({"customer_name": names, "note": notes})
    safe = replace_personal_data(frame, find_personal_data(frame))
    assert not any(name in text for name, text in zip(names, safe["note"], strict=True))
    assert not any(name.lower() in text for name, text in zip(names, safe["note"], strict=True))


def test_first_and_last_names_of_two_columns_are_put_together() -> None:
    frame = pd.DataFrame(
        {"last_name": ["Umeh", "Zhubi"], "first_name": ["Ngozi", "Qresh"], "note": ["ngozi umeh", "a note"]}
    )
    assert [f.cells for f in find_personal_data(frame) if f.column == "note"] == [1]
