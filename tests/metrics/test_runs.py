"""The longest common run is found whatever stands around it, and never goes over the end of a text."""

from hypothesis import given
from hypothesis import strategies as st

from synth_handson.metrics.runs import longest_runs


def brute_force(text: str, others: list[str]) -> int:
    runs = (text[i:j] for i in range(len(text)) for j in range(i + 1, len(text) + 1))
    return max((len(run) for run in runs if any(run in other for other in others)), default=0)


def test_worked_by_hand() -> None:
    others = ["the cat sat", "on the mat"]
    # "the cat ", "on the ma", nothing, and all of it.
    assert longest_runs(["the cat ran", "on the map", "xyz", "cat"], others).tolist() == [8, 9, 0, 3]


def test_a_run_does_not_go_on_in_the_next_text() -> None:
    assert longest_runs(["abcd"], ["ab", "cd"]).tolist() == [2]
    assert longest_runs(["ab", "cd"], ["abcd"]).tolist() == [2, 2]


def test_repeated_characters() -> None:
    assert longest_runs(["aaaaaaaaaa", "aaa"], ["aaaaa"]).tolist() == [5, 3]


def test_nothing_has_no_run() -> None:
    assert longest_runs(["", "a"], ["a"]).tolist() == [0, 1]
    assert longest_runs(["a"], []).tolist() == [0]
    assert longest_runs(["a"], [""]).tolist() == [0]
    assert longest_runs([], ["a"]).tolist() == []


short = st.lists(st.text("ab田", max_size=8), max_size=5)


@given(short, short)
def test_as_trying_all_runs_finds(texts: list[str], others: list[str]) -> None:
    assert longest_runs(texts, others).tolist() == [brute_force(text, others) for text in texts]
