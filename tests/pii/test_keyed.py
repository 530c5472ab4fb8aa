"""Objects of JSON and pairs in a cell: their keys say what the values are."""

import pytest

from synth_handson.pii.scan import scan


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ('{"first":"Emma","last":"Clarke"}', "name", "Clarke"),
        ('{"担当":"佐藤","数":3}', "name", "佐藤"),
        ("{'name': 'Dilnoza Yusupova', 'age': 41}", "name", "Dilnoza Yusupova"),
        ("customer name=Aibek Nurlanov;age=41", "name", "Aibek Nurlanov"),
        ('{"phone": "4471 55 01"}', "phone", "4471 55 01"),
    ],
)
def test_keys_say_what_values_are(text: str, kind: str, value: str) -> None:
    assert (kind, value) in [(span.kind, text[span.start : span.end]) for span in scan(text)]


@pytest.mark.parametrize(
    "text",
    ['{"size":"L","color":"Olive"}', "name=value;type=string", "size=L;color=red", '{"name": "total"}'],
)
def test_other_keys_say_nothing(text: str) -> None:
    assert scan(text) == []
