"""Embeddings of English texts by the model in mostlyai-qa's wheel."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from synth_handson.metrics.arrays import Floats

MODEL = "potion-base-8M"
"""A Model2Vec model under the MIT licence (https://huggingface.co/minishlab/potion-base-8M)."""


@cache
def _model() -> Any:
    from model2vec import StaticModel

    return StaticModel.from_pretrained(str(_folder()))


def _folder() -> Path | None:
    found = find_spec("mostlyai.qa") if find_spec("mostlyai") and find_spec("model2vec") else None
    folder = Path(found.origin).parent / "assets" / "embedders" / MODEL if found and found.origin else None
    return folder if folder and folder.is_dir() else None


def is_installed() -> bool:
    """Tell whether the model is on this machine."""
    return _folder() is not None


def embed(texts: Sequence[str]) -> Floats:
    """Embed English texts as the mean of their words' vectors. Shape (n, 256)."""
    return np.asarray(_model().encode(list(texts)), dtype=float)
