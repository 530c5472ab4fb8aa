"""What may be asked of a generator."""

import numpy as np
import pandas as pd
import pytest

from synth_handson import load_pretrained_generator
from synth_handson.errors import ArgumentError
from synth_handson.synthesis.training import train_generator


@pytest.mark.parametrize("n", [0, -1, True, 1.5, "10", None])
def test_the_number_of_rows_is_a_whole_number(n: object) -> None:
    with pytest.raises(ArgumentError, match=str(n)):
        load_pretrained_generator().sample(n)  # type: ignore[arg-type]


def test_numpy_counts_as_well(bank: pd.DataFrame) -> None:
    generator = train_generator(bank.head(100), max_epochs=1)
    assert len(generator.sample(np.int64(3))) == 3  # type: ignore[arg-type]
