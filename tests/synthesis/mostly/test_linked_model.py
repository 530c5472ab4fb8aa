"""The real engine learns people and sequences of their events: steps, so that order holds by construction."""

import numpy as np
import pandas as pd
import pytest

from synth_handson import train_generator
from synth_handson.synthesis.archive import linked_from_bytes, linked_to_bytes
from synth_handson.synthesis.histories import Histories, part
from synth_handson.synthesis.linked import LinkedGenerator
from synth_handson.synthesis.marginals import read_marginals
from synth_handson.synthesis.mostly.engine_process import KEY
from synth_handson.synthesis.mostly.linked_model import _coded, _events
from synth_handson.tables.examples import card_payments
from synth_handson.tables.linked import LinkedTables


@pytest.mark.engine
def test_events_follow_their_people_in_order() -> None:
    real = card_payments(people=400)
    trained = train_generator(real, engine="mostly", max_epochs=2, keep=False)
    assert isinstance(trained, LinkedGenerator)
    again = linked_from_bytes(linked_to_bytes(trained))
    made, same = trained.sample(200), again.sample(200)
    assert isinstance(made, LinkedTables) and isinstance(same, LinkedTables)
    pd.testing.assert_frame_equal(made.events["payments"], same.events["payments"])
    payments, owner = made.events["payments"], made.owners("payments")
    assert list(payments) == list(real.events["payments"])
    assert payments.dtypes.astype(str).equals(real.events["payments"].dtypes.astype(str))
    of_person = payments.groupby(owner)
    assert (of_person["points"].diff().dropna() >= 0).all()
    assert (of_person["paid_on"].diff().dropna() >= pd.Timedelta(0)).all()
    assert not made.people["customer_id"].isin(real.people["customer_id"]).any()
    assert trained.training.engine == "mostly"


def test_codes_of_real_events_become_a_counter_that_starts_with_them() -> None:
    rng = np.random.default_rng(0)
    owner = np.repeat(np.arange(200), rng.integers(1, 8, 200))
    paid = rng.integers(1, 60, len(owner)).astype(float)
    frame = pd.DataFrame({"paid": paid, "points": pd.Series(paid).groupby(owner).cumsum()})
    histories = Histories.of(pd.DataFrame(index=range(200)), [frame], [owner])
    (form,), (learned,) = histories.forms, histories.events
    marginals = read_marginals(learned, owner)
    codes = _coded(marginals, learned).assign(**{KEY: owner})
    events, owners = _events(form, marginals, codes, part(histories.people, 1), rng)
    assert form.advances[0].start is not None
    points = events["points"].groupby(owners)
    low, high = form.advances[0].ends
    inside = events["points"].between(low, high, inclusive="neither")
    steps = points.diff().fillna(events["points"])[inside]
    assert len(steps) > 500
    assert steps.corr(events["paid"][inside], method="spearman") > 0.99


def test_a_value_that_should_differ_from_the_one_before_does() -> None:
    rng = np.random.default_rng(0)
    owner = np.repeat(np.arange(200), 6)
    after = np.arange(len(owner)) % 6 > 0
    changes = (rng.random(len(owner)) < 0.2) & after
    state = (pd.Series(changes).groupby(owner).cumsum() + owner) % 3
    frame = pd.DataFrame({"year": np.arange(len(owner)) % 6, "state": state.map(dict(enumerate("abc")))})
    histories = Histories.of(pd.DataFrame(index=range(200)), [frame], [owner])
    (form,), (learned,) = histories.forms, histories.events
    assert form.repeated == ("state",)
    marginals = read_marginals(learned, owner)
    codes = _coded(marginals, learned).assign(**{KEY: owner})
    # As the engine draws: it knows how often a state changes, and names the person's first one all the same.
    codes["state"] = codes["state"].groupby(owner).transform("first")
    events, owners = _events(form, marginals, codes, part(histories.people, 1), rng)
    changed = events["state"].ne(events["state"].groupby(owners).shift()) & after
    assert changed.tolist() == changes.tolist()
    assert events["state"].value_counts(normalize=True).between(0.2, 0.5).all()
