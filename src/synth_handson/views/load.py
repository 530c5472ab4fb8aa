"""Step 1: where the real table came from."""

from synth_handson.locales import Language, get_text
from synth_handson.tables.bank import Dataset


def source_note(dataset: Dataset, language: Language) -> str:
    """Tell where the table came from and how many rows it has."""
    rows, why = len(dataset.frame), dataset.why_not_uci
    if why is None:
        return get_text(language, f"load.source_{dataset.source}", rows=rows)
    return get_text(language, "load.source_fallback", rows=rows, why=why.in_words(language))
