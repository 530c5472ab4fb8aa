"""Draw texts from the engine's small language model, token by token, keeping the network's state.

The engine reads a text anew for each of its tokens, which takes minutes for a few hundred long ones, and
allows fewer tokens than a Japanese text has characters.
"""

import json
from pathlib import Path
from typing import Any

import pandas as pd

SPARE_TOKENS = 64
"""Extra tokens for what surrounds the texts."""


def draw_texts(store: Path, rows: int) -> pd.DataFrame:
    """Draw the texts of some rows.

    Parameters
    ----------
    store
        The engine's folder with the model and its statistics.
    rows
        How many.

    Returns
    -------
    DataFrame
        A column for each that was learned; None where the model did not write what it should.
    """
    import mostlyai.engine._language  # noqa: F401  (it makes its model known to transformers)
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    columns = json.loads((store / "tgt-stats" / "stats.json").read_text())["columns"]
    longest = sum(column["nchar_max"] for column in columns.values()) + SPARE_TOKENS
    folder = store / "model-data"
    tokenizer = AutoTokenizer.from_pretrained(folder, legacy=True)
    model: Any = AutoModelForCausalLM.from_pretrained(folder)
    model.eval()
    with torch.no_grad():
        tokens = _sampled(model, rows, tokenizer.bos_token_id, tokenizer.eos_token_id, longest)
    written = tokenizer.batch_decode(tokens, skip_special_tokens=True)
    return pd.DataFrame([_read(text, list(columns)) for text in written], columns=list(columns), dtype=object)


def _sampled(model: Any, rows: int, begin: int, end: int, longest: int) -> Any:
    """Return the tokens of each row, up to its end."""
    import torch

    last = torch.full((rows, 1), begin)
    state, drawn = None, []
    ended = torch.zeros((rows, 1), dtype=torch.bool)
    for _ in range(longest):
        hidden, state = model.lstm(model.embedding(last), state)
        chances = torch.softmax(model.lm_head(hidden[:, -1]), dim=-1)
        last = torch.multinomial(chances, 1).masked_fill(ended, end)
        drawn.append(last)
        ended |= last == end
        if ended.all():
            break
    return torch.cat(drawn, dim=1)


def _read(text: str, columns: list[str]) -> list[str | None]:
    """Read what was written as JSON, as it was learned, behind an empty context."""
    start = text.find(f'{{"{columns[0]}"')
    try:
        found = json.loads(text[start:], strict=False) if start >= 0 else None
    except ValueError:
        found = None
    values = [found.get(name) for name in columns] if isinstance(found, dict) else []
    return values if values and all(isinstance(value, str) for value in values) else [None] * len(columns)
