"""The hands-on without a browser: its options, and what it prints."""

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from synth_handson.data import Dataset, RequestedSource, split_holdout
from synth_handson.distances import Comparison
from synth_handson.errors import SynthHandsonError
from synth_handson.fidelity import ColumnFidelity
from synth_handson.generation import DEFAULT_EPOCHS, Progress, train_generator
from synth_handson.handson import Tables, draw_tables
from synth_handson.privacy import ClosestRecords, MedianGap
from synth_handson.text import LANGUAGES, Language, get_text
from synth_handson.views import (
    closest_sentence,
    distance_note,
    fidelity_table,
    identical_note,
    origin_note,
    phase_note,
)


@dataclass(frozen=True)
class Options:
    """What a run of the hands-on can be told."""

    source: RequestedSource = "auto"
    rows: int = 1_000
    epochs: int = DEFAULT_EPOCHS
    seed: int = 0
    language: Language = "ja"


def read_options(arguments: Sequence[str]) -> Options:
    """Read the options of ``python app.py``; exits with a message if they are wrong, or after ``--help``."""
    parser = argparse.ArgumentParser(
        prog="app.py",
        description="Load, generate, validate and check privacy, without a browser.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        "--source",
        choices=["bundled", "auto", "uci"],
        default="bundled",
        help="the bundled sample (no network), the full table if it can be had, or a fresh copy from UCI",
    )
    parser.add_argument("--rows", type=_whole_number(1), default=1_000, help="synthetic rows to draw")
    parser.add_argument(
        "--epochs", type=_whole_number(1), default=DEFAULT_EPOCHS, help="epochs of training at most"
    )
    parser.add_argument(
        "--seed", type=_whole_number(0, 2**32 - 1), default=0, help="seed of the training and the draw"
    )
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="language of what is printed")
    return Options(**vars(parser.parse_args(arguments)))


def explain_errors(language: Language) -> None:
    """Have an expected failure end the program with what went wrong and what to do, not with a traceback."""

    def hook(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        if isinstance(error, SynthHandsonError):
            print(error.message(language), file=sys.stderr)
        else:
            sys.__excepthook__(kind, error, traceback)

    sys.excepthook = hook


def run_generation(dataset: Dataset, options: Options) -> Tables:
    """Do steps 1 and 2, printing as they go: split off the holdout, train and draw."""
    print(f"1. {dataset.note(options.language)}")
    train, holdout = split_holdout(dataset.frame)

    def show(progress: Progress) -> None:
        loss = f", {progress.val_loss:.3f}" if progress.val_loss is not None else ""
        phase = phase_note(progress, options.language)
        print(f"   {phase} ({progress.elapsed:.0f} s, {progress.epoch:.0f}/{options.epochs}{loss})")

    generator = train_generator(train, max_epochs=options.epochs, random_state=options.seed, on_progress=show)
    return draw_tables(generator, train, holdout, rows=options.rows, random_state=options.seed)


def print_findings(
    tables: Tables,
    fidelity: Sequence[ColumnFidelity],
    comparison: Comparison,
    synthetic_closest: ClosestRecords,
    holdout_closest: ClosestRecords,
    gap: MedianGap,
    language: Language,
) -> None:
    """Print what steps 2 to 4 found."""
    findings: list[tuple[int, Any]] = [
        (2, origin_note(tables, language)),
        (3, get_text(language, "validate.stat_caption")),
        (3, "\n" + fidelity_table(fidelity, language).to_string(index=False)),
        (4, closest_sentence(comparison, language)),
        (4, identical_note(synthetic_closest, holdout_closest, language)),
        (4, distance_note(synthetic_closest, holdout_closest, gap, language)),
    ]
    for step, finding in findings:
        print(f"{step}. {finding}".replace("**", "").replace("*", ""))


def _whole_number(lowest: int, highest: int | None = None) -> Callable[[str], int]:
    wanted = f"of at least {lowest}" if highest is None else f"from {lowest} to {highest}"

    def read(text: str) -> int:
        with suppress(ValueError):
            number = int(text)
            if lowest <= number and (highest is None or number <= highest):
                return number
        raise argparse.ArgumentTypeError(f"must be a whole number {wanted}, not {text}")

    return read
