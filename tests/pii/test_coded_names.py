"""Names of people in codes with digits."""

import pandas as pd
import pytest

from synth_handson import find_personal_data, replace_personal_data
from synth_handson.pii.coded_names import names_in_codes

LAST = ["CLARKE", "WHITFIELD", "LINDQVIST", "OKONKWO", "GALLAGHER"]
THINGS = ["TOYOTA", "LONDON", "DENVER", "BOLT", "PUMP", "VALVE"]


@pytest.mark.parametrize(
    "code", ["{}-{:05}", "INV/{}/{:05}", "{}{:05}", "ord_{}_{}", "{1:04}{0}", "{} {:03}"]
)
def test_names_in_codes_are_replaced_and_asked_about(code: str) -> None:
    frame = pd.DataFrame({"code": [code.format(LAST[i % 5], i) for i in range(100)]})
    (found,) = find_personal_data(frame)
    assert (found.kind, found.asked, found.cells) == ("name", True, 100)
    safe = replace_personal_data(frame, [found])["code"]
    assert not any(name in text.upper() for name in LAST for text in safe)


@pytest.mark.parametrize("code", ["{}-{:05}", "INV/{}/{:05}", "{}{:05}"])
def test_words_in_codes_of_which_few_are_names_are_nobody(code: str) -> None:
    assert (
        find_personal_data(pd.DataFrame({"code": [code.format(THINGS[i % 6], i) for i in range(100)]})) == ()
    )


def test_texts_without_digits_or_with_many_words_are_no_codes() -> None:
    assert names_in_codes(LAST) == {}
    assert names_in_codes([f"{name} was asked about room {i}" for i, name in enumerate(LAST)]) == {}
    assert names_in_codes([f"KLM{i}" for i in range(50)]) == {}
