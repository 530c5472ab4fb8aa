"""The form of step 2 that asks for rows."""

from synth_handson.notebook.page.on_demand import percents


def test_the_shares_that_values_have_add_up_to_all_rows() -> None:
    assert percents({"a": 1, "b": 1, "c": 1}) == {"a": 34, "b": 33, "c": 33}
    assert percents({"yes": 995, None: 5, "no": 1000}) == {"yes": 50, None: 0, "no": 50}
