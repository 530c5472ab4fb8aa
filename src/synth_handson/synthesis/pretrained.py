"""The trained generator in data/, and rows of it; ``synth-handson rebuild-pretrained``."""

import pandas as pd

from synth_handson.errors import DataUnavailableError
from synth_handson.paths import bundled
from synth_handson.synthesis.archive import from_bytes, to_bytes
from synth_handson.synthesis.generator import Generator, Training
from synth_handson.synthesis.registry import get_engine
from synth_handson.synthesis.run import Options, TrainingRun
from synth_handson.synthesis.training import DEFAULT_MINUTES, train_anew
from synth_handson.tables.bank import TARGET, load_bank_marketing
from synth_handson.tables.split import split_holdout

GENERATOR_FILE = bundled("bank-generator.zip")
SYNTHETIC_FILE = bundled("bank-synthetic.csv")
SYNTHETIC_ROWS = 1_000
SEED = 1
"""Differs from the hands-on's seed, so that the reader's own table is visibly a different one."""


def load_pretrained_generator() -> Generator:
    """Load the generator trained on the training part of the bundled table; its holdout stays unseen.

    Returns
    -------
    Generator
        A generator of the hands-on's columns; :func:`split_holdout` of the bundled table gives the rows it
        has seen.

    Raises
    ------
    DataUnavailableError
        If the file is missing.
    """
    try:
        return from_bytes(GENERATOR_FILE.read_bytes())
    except OSError as error:
        raise DataUnavailableError("bundled_missing", path=GENERATOR_FILE) from error


def load_bundled_synthetic() -> pd.DataFrame:
    """Load the first 1,000 rows of that generator, drawn when it was built.

    Raises
    ------
    DataUnavailableError
        If the file is missing.
    """
    try:
        return pd.read_csv(SYNTHETIC_FILE)
    except OSError as error:
        raise DataUnavailableError("bundled_missing", path=SYNTHETIC_FILE) from error


def rebuild() -> Training:
    """Train again on the bundled table's training part, and write the generator and its first rows."""
    train, _ = split_holdout(load_bank_marketing("bundled").frame)
    engine = get_engine("mostly")
    options: Options = {
        "max_epochs": engine.max_epochs,
        "max_minutes": DEFAULT_MINUTES,
        "random_state": SEED,
        "epsilon": None,
    }
    generator = train_anew(engine, TrainingRun(train, options, target=TARGET))
    GENERATOR_FILE.write_bytes(to_bytes(generator))
    generator.sample(SYNTHETIC_ROWS, random_state=SEED).to_csv(SYNTHETIC_FILE, index=False)
    return generator.training
