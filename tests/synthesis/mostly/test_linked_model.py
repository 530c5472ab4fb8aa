"""The real engine learns people and sequences of their events: steps, so that order holds by construction."""

import pandas as pd
import pytest

from synth_handson import train_generator
from synth_handson.synthesis.archive import linked_from_bytes, linked_to_bytes
from synth_handson.synthesis.linked import LinkedGenerator
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
