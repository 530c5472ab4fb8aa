"""What is asked of rows, as code and as the command line has it."""

import shlex

import pytest

from synth_handson.pipeline.asked_words import Wish, read_given, read_shares


def test_a_wish_is_spelled_as_code_and_as_options() -> None:
    wish = Wish({"job": ["student", "retired"]}, {"y": {"yes": 0.5, "no": 0.5}}, even_if_few=True)
    assert wish.code == (
        "given={'job': ['student', 'retired']}, shares={'y': {'yes': 0.5, 'no': 0.5}}, even_if_few=True"
    )
    assert wish.command == "--given job=student,retired --shares y:yes=0.5,no=0.5 --even-if-few"
    assert wish
    assert not Wish()


@pytest.mark.parametrize(
    "values",
    [
        ["yes"],
        ["Paris, France", "Bonn"],
        ["a b"],
        ["it's"],
        [None],
        ["x", None],
        ["31", "32"],
        ['"The Hub", Bonn', '"x"', '5" pipe'],
    ],
)
def test_the_command_line_reads_what_is_spelled(values: list[str | None]) -> None:
    read = ["" if value is None else value for value in values]
    _, given = shlex.split(Wish({"town of birth": values}).command)
    assert read_given([given]) == {"town of birth": read}
    _, shares = shlex.split(Wish(None, {"town": dict.fromkeys(values, 0.25)}).command)
    assert read_shares(shares) == {"town": dict.fromkeys(read, 0.25)}
