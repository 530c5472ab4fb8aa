"""The small language model on the bundled interviews: how long it learns, what it keeps, how fast it draws.

uv run python benchmarks/text_model.py
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from synth_handson.paths import bundled
from synth_handson.pii.detect import find_spans
from synth_handson.pii.placeholders import Placeholders
from synth_handson.synthesis.mostly.text_model import LearnedTexts, train_texts
from synth_handson.synthesis.mostly.text_sampling import draw_texts
from synth_handson.synthesis.run import Progress
from synth_handson.tables.files.reading import read_table

CONTEXT = ["language", "satisfaction"]
DRAWN = 200


def hidden(table: pd.DataFrame) -> pd.DataFrame:
    """Return the interviews with signs in the place of the personal data."""
    places, spans = Placeholders(), find_spans(table)["interview"].spans
    return pd.DataFrame(
        {"interview": [places.hide(text, spans.get(text, ())) for text in table["interview"]]}
    )


def seconds(draw: Callable[[], object]) -> float:
    draw()  # imports are not what is measured
    begun = time.perf_counter()
    draw()
    return time.perf_counter() - begun


def drawing(learned: LearnedTexts) -> tuple[float, float]:
    """Return how long ours and the engine take to draw the same number of texts."""
    from mostlyai import engine

    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        for name, content in learned.model.files.items():
            path = workspace / "ModelStore" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        ours = seconds(lambda: draw_texts(workspace / "ModelStore", DRAWN))
        theirs = seconds(lambda: engine.generate(workspace_dir=workspace, sample_size=DRAWN))
    return ours, theirs


def main() -> None:
    """Print a row for each number of epochs, and how fast texts are drawn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, nargs="+", default=[20, 35, 50])
    table = read_table(bundled("interviews.csv"))
    texts, context = hidden(table), table[CONTEXT].astype(str)
    print("| epochs | seconds an epoch | texts written | in the row's language |\n|---|---|---|---|")
    for epochs in parser.parse_args().epochs:
        told: list[Progress] = []
        learned = train_texts(texts, context, max_epochs=epochs, on_progress=told.append)
        begun = next(one for one in told if one.phase == "training")
        each = (told[-1].elapsed - begun.elapsed) / epochs
        written = learned.write(context, 0)[0]
        present = written.notna()
        japanese = written[present].str.contains("[ぁ-んァ-ヶ一-龥]")
        agree = (japanese == (context["language"][present] == "ja")).mean()
        print(f"| {epochs} | {each:.1f} | {present.mean():.0%} | {agree:.0%} |", flush=True)
    ours, theirs = drawing(learned)
    print(f"\n{DRAWN} texts drawn in {ours:.1f} s, by the engine in {theirs:.1f}: {theirs / ours:.1f} times")


if __name__ == "__main__":
    main()
