"""Sequential trees: what they learn, and what no leaf shows."""

import numpy as np
import pandas as pd

from synth_handson.synthesis.training import train_generator
from synth_handson.synthesis.trees import LEARNED_SHARE, MIN_LEAF, Tree, TreesModel
from synth_handson.tables.texts import MIN_KEPT_ROWS


def test_a_tree_goes_to_the_leaf_its_thresholds_say() -> None:
    # Codes up to 1 of the only column draw code 2, others code 3 or, once in four times, code 1.
    tree = Tree(
        ranks=np.array([[0, 1, 2, 3]]),
        feature=np.array([0, -1, -1]),
        threshold=np.array([1.5, 0, 0]),
        left=np.array([1, -1, -1]),
        right=np.array([2, -1, -1]),
        leaf=np.array([0, 0, 1]),
        codes=np.array([2, 1, 3]),
        upto=np.array([1, 1.25, 2]),
    )
    before = np.repeat([[0], [1], [2], [3]], 1_000, axis=0)
    drawn = tree.draw(before, np.random.default_rng(0))
    assert (drawn[:2_000] == 2).all()
    assert set(drawn[2_000:]) == {1, 3}
    assert abs((drawn[2_000:] == 1).mean() - 0.25) < 0.04


def test_it_learns_what_no_correlation_shows() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 2, (2, 4_000))
    table = pd.DataFrame({"one": one, "other": other, "differ": one ^ other})
    assert abs(table.corr().to_numpy()[0, 2]) < 0.05
    rows = train_generator(table.assign(skewed=one * 2 + rng.random(4_000)), engine="trees").sample(4_000)
    share = ((rows["one"] == 1) == (rows["skewed"] > 2)).mean()
    assert share > 0.95


def test_a_category_in_any_order_tells_the_number() -> None:
    rng = np.random.default_rng(0)
    names = np.array(list("hgfedcba"))
    means = np.array([5, 1, 7, 3, 8, 2, 6, 4])
    drawn = rng.integers(0, 8, 8_000)
    table = pd.DataFrame({"name": names[drawn], "number": means[drawn] * 10 + rng.normal(0, 1, 8_000)})
    rows = train_generator(table, target="number", engine="trees").sample(8_000)
    found = rows.groupby("name")["number"].mean()[names]
    assert np.abs(found - means * 10).max() < 1


def test_a_leaf_holds_many_people_and_each_tree_a_part_of_them(bank: pd.DataFrame) -> None:
    model = train_generator(bank, target="y", engine="trees").model
    assert isinstance(model, TreesModel)
    people = int(np.ceil(LEARNED_SHARE * len(bank)))
    for tree in model.trees:
        smallest = np.diff(tree.upto, prepend=0).min()
        leaves = int(tree.leaf.max()) + 1
        assert leaves <= people / MIN_LEAF
        # A share is of at least fifty people: no smaller than one in all of them.
        assert smallest >= 1 / people - 1e-9


def test_no_number_that_few_have_is_in_the_model(bank: pd.DataFrame) -> None:
    model = train_generator(bank, target="y", engine="trees").model
    assert isinstance(model, TreesModel)
    times = bank["balance"].value_counts()
    balance = model.marginals["balance"]
    kept = [low for low, high in zip(balance.low, balance.high, strict=True) if low == high]  # type: ignore[union-attr]
    assert all(times.get(value, 0) >= MIN_KEPT_ROWS for value in kept[1:-1])
