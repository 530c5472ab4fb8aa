"""The hands-on without a browser: its options, and what it prints."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from types import TracebackType

from synth_handson.errors import SynthHandsonError
from synth_handson.evidence.assessment import Step
from synth_handson.evidence.fidelity.statistics import ColumnFidelity
from synth_handson.evidence.privacy.dcr import ClosestRecords, Comparison, median_gap
from synth_handson.locales import LANGUAGES, Language, get_text
from synth_handson.notebook.downloads import about_tables, evidence_json
from synth_handson.notebook.session import Assessed
from synth_handson.paths import write_text
from synth_handson.pii.detect import answers_of
from synth_handson.pipeline.own_table import OwnTable, read_own_table
from synth_handson.pipeline.own_texts import OwnTexts
from synth_handson.pipeline.tables import Tables, assess_tables, draw_tables
from synth_handson.pipeline.validate import EXIT_STATUS
from synth_handson.presentation.generate import origin_note, phase_note, texts_note
from synth_handson.presentation.load import fallback_note, source_note
from synth_handson.presentation.privacy import (
    closest_sentence,
    decision_note,
    distance_note,
    grade_note,
    identical_note,
    unproven_note,
    use_note,
    verdict_note,
)
from synth_handson.presentation.validate import fidelity_table, joint_notes, measure_table, utility_note
from synth_handson.presentation.words import percent
from synth_handson.synthesis.registry import ENGINES
from synth_handson.synthesis.run import Progress
from synth_handson.synthesis.training import train_generator
from synth_handson.tables.bank import Dataset, RequestedSource
from synth_handson.tables.files.form import Reading, name_and_type
from synth_handson.tables.split import split_holdout

OF_A_TABLE = ("target", "person", "types", "encoding", "sheet", "header_row", "replace", "keep")
"""Options that describe the reader's own table."""
WORST = 10
"""Worst measures of fidelity and utility that are printed."""


@dataclass(frozen=True)
class Options:
    """What a run of the hands-on can be told."""

    source: RequestedSource = "auto"
    data: Path | None = None
    target: str | None = None
    person: str | None = None
    types: tuple[tuple[str, str], ...] = ()
    encoding: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    replace: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    rows: int = 1_000
    engine: str | None = None
    epochs: int | None = None
    epsilon: float | None = None
    seed: int = 0
    language: Language = "ja"
    report: Path | None = None
    evidence: Path | None = None


def read_options(arguments: Sequence[str]) -> Options:
    """Read the options of ``python app.py``; exits with a message if they are wrong, or after ``--help``."""
    parser = argparse.ArgumentParser(
        prog="app.py",
        description="Load, generate, validate and check privacy, without a browser.",
        epilog="Exit status: 0 privacy passed, 1 the run failed, 2 wrong options, 4 privacy is for review, "
        "5 privacy failed.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        "--source",
        choices=["bundled", "auto", "uci"],
        default="bundled",
        help="the bundled sample (no network), the full table if it can be had, or a fresh copy from UCI",
    )
    parser.add_argument(
        "--data", type=Path, metavar="FILE", help="a table of your own: CSV, TSV, JSON, YAML, XLSX or Parquet"
    )
    parser.add_argument("--target", metavar="COLUMN", help="its column that a model is to predict")
    parser.add_argument(
        "--person", metavar="COLUMN", help="its column that tells people apart who have several rows each"
    )
    parser.add_argument(
        "--type",
        dest="types",
        action="append",
        type=_column_type,
        default=[],
        metavar="COLUMN=TYPE",
        help="what a column of it holds: text, whole, number, boolean, date or date:%%d/%%m/%%Y",
    )
    _add_reading(parser)
    parser.add_argument(
        "--rows", type=_whole_number(1), default=1_000, help="synthetic rows to draw, or people with --person"
    )
    parser.add_argument(
        "--engine",
        choices=["auto", *ENGINES],
        help="what learns the table: the MOSTLY AI engine if none is named",
    )
    parser.add_argument(
        "--epochs", type=_whole_number(1), help="epochs of training at most, if not the engine's"
    )
    parser.add_argument(
        "--epsilon", type=_positive, help="the most that differential privacy may cost; none if not given"
    )
    parser.add_argument(
        "--seed", type=_whole_number(0, 2**32 - 1), default=0, help="seed of the training and the draw"
    )
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="language of what is printed")
    for name, what in (("report", "the report as one HTML page"), ("evidence", "what was measured as JSON")):
        parser.add_argument(f"--{name}", type=_writable_file, metavar="FILE", help=f"where to write {what}")
    given = vars(parser.parse_args(arguments))
    said = next((f"--{name.replace('_', '-')}" for name in OF_A_TABLE if given[name]), None)
    if given["data"] is None and said:
        parser.error(f"{said} is about a table of your own: give --data as well".replace("--types", "--type"))
    return Options(**given | {name: tuple(given[name]) for name in ("types", "replace", "keep")})


def _add_reading(parser: argparse.ArgumentParser) -> None:
    """Add what can be said of a file where it was not understood as it is meant."""
    parser.add_argument("--encoding", metavar="NAME", help="encoding of a text file, such as utf-8 or cp932")
    parser.add_argument("--sheet", metavar="NAME", help="sheet of a workbook")
    parser.add_argument(
        "--header-row", type=_whole_number(1), metavar="ROW", help="line or row that names the columns"
    )
    for name, what in (("replace", "names"), ("keep", "no names")):
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar="COLUMN", help=f"column whose values are {what}"
        )


def load_own(options: Options) -> OwnTable | None:
    """Read the table that the options name; None if they name none."""
    if options.data is None:
        return None
    reading = Reading(dict(options.types), options.encoding, options.sheet, options.header_row)
    answers = answers_of(options.replace, options.keep)
    return read_own_table(options.data, options.target, reading, answers, options.person)


def explain_errors(language: Language) -> None:
    """Have an expected failure end the program with what went wrong and what to do, not with a traceback."""

    def hook(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        if isinstance(error, SynthHandsonError):
            print(error.message(language), file=sys.stderr)
        else:
            sys.__excepthook__(kind, error, traceback)

    sys.excepthook = hook


def run_generation(dataset: Dataset | OwnTable, options: Options) -> Tables:
    """Split, train and draw, printing as it goes, after what steps 1 and 2 are about."""
    train, holdout = split_holdout(dataset.frame, dataset.fraction, person=dataset.person)
    _print(1, source_note(dataset, options.language))
    if isinstance(dataset, Dataset) and (why := fallback_note(dataset, options.language)):
        print(f"   {why}")

    def show(progress: Progress) -> None:
        loss = f", {progress.val_loss:.3f}" if progress.val_loss is not None else ""
        most = f"/{options.epochs}" if options.epochs else ""
        phase = phase_note(progress, options.language)
        print(f"   {phase} ({progress.elapsed:.0f} s, {progress.epoch:.0f}{most}{loss})")

    own = dataset if isinstance(dataset, OwnTable) else None
    if own and options.epsilon is not None:
        # No text is covered by its guarantee.
        train, holdout = (table[own.learned] for table in (train, holdout))
    learn = own.learning(train_generator) if own else train_generator
    generator = learn(
        train,
        target=dataset.target,
        person=options.person,
        engine=options.engine,
        max_epochs=options.epochs,
        epsilon=options.epsilon,
        random_state=options.seed,
        on_progress=show,
    )
    texts = None
    if own:
        if own.texts:
            print(f"   {get_text(options.language, 'commands.stage_texts')}")
        texts = OwnTexts.learn(own, train, random_state=options.seed, on_progress=show)
    tables = draw_tables(
        generator, train, holdout, rows=options.rows, random_state=options.seed, target=dataset.target,
        texts=texts,
    )  # fmt: skip
    return tables.with_real_texts(own.profile.frame) if own else tables


def run_assessment(tables: Tables, options: Options) -> Assessed:
    """Assess the tables, printing as it goes; an expected failure is kept for the end."""

    def show(step: Step) -> None:
        print(f"   {get_text(options.language, f'evidence.step_{step.name}')} ({percent(step.fraction, 0)})")

    try:
        return Assessed(tables.synthetic, evidence=assess_tables(tables, show, options.seed))
    except SynthHandsonError as error:
        return Assessed(tables.synthetic, error=error)


def print_findings(
    tables: Tables,
    fidelity: Sequence[ColumnFidelity],
    comparison: Comparison,
    synthetic_closest: ClosestRecords,
    holdout_closest: ClosestRecords,
    assessed: Assessed,
    options: Options,
) -> None:
    """Print what steps 2 to 4 found, and write the files that were asked for.

    Raises
    ------
    SynthHandsonError
        If the assessment failed, after all else is printed, or if a file cannot be written.
    """
    language, evidence = options.language, assessed.evidence
    _print(2, "\n".join([origin_note(tables, language), *texts_note(tables, language)]))
    _print(3, get_text(language, "validate.stat_caption"))
    _print(3, "\n" + fidelity_table(fidelity, language).to_string(index=False))
    if evidence:
        _print(3, "\n" + measure_table(evidence, language).head(WORST).to_string(index=False))
        _print(3, joint_notes(evidence, language))
        _print(3, utility_note(evidence, language))
    _print(4, closest_sentence(comparison, language))
    _print(4, identical_note(synthetic_closest, holdout_closest, language))
    gap = median_gap(synthetic_closest, holdout_closest)
    _print(4, distance_note(synthetic_closest, holdout_closest, gap, language))
    if assessed.error:
        raise assessed.error
    if evidence:
        _print(4, verdict_note(evidence, language))
        _print(4, use_note(evidence, language))
        _print(4, decision_note(evidence, language))
        more = get_text(language, "privacy.unproven_more")
        _print(4, f"{unproven_note(evidence, language)} {more}")
        _print(4, grade_note(evidence, language))
        if options.report:
            about = about_tables(tables, language, source=options.data.name if options.data else None)
            _write(options.report, evidence.to_html(language, about))
        if options.evidence:
            _write(options.evidence, evidence_json(evidence))


def end(assessed: Assessed) -> None:
    """End the program with an exit status that says the verdict, unless privacy passed."""
    if assessed.evidence and (status := EXIT_STATUS[assessed.evidence.verdict]):
        sys.exit(status)


def _print(step: int, finding: str) -> None:
    print(f"{step}. {_plain(finding)}")


def _plain(markdown: str) -> str:
    """Take emphasis and escapes out of what was written for the page."""
    return unescape(re.sub(r"\\([*_`])", r"\1", re.sub(r"(?<!\\)\*", "", markdown)))


def _write(path: Path, text: str) -> None:
    write_text(path, text)
    print(f"   {path}")


def _writable_file(text: str) -> Path:
    """Refuse a path that cannot be written before minutes are spent."""
    path = Path(text)
    if path.is_dir():
        raise argparse.ArgumentTypeError(f"must name a file, but {text} is a folder")
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"must lie in a folder that exists; {path.parent} does not")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise argparse.ArgumentTypeError(f"must name a file you may write; {text} is protected")
    return path


def _column_type(text: str) -> tuple[str, str]:
    with suppress(ValueError):
        return name_and_type(text)
    raise argparse.ArgumentTypeError(f"must be COLUMN=TYPE, such as zip=text, not {text}")


def _positive(text: str) -> float:
    with suppress(ValueError):
        if (number := float(text)) > 0:
            return number
    raise argparse.ArgumentTypeError(f"must be a number above 0, not {text}")


def _whole_number(lowest: int, highest: int | None = None) -> Callable[[str], int]:
    wanted = f"of at least {lowest}" if highest is None else f"from {lowest} to {highest}"

    def read(text: str) -> int:
        with suppress(ValueError):
            number = int(text)
            if lowest <= number and (highest is None or number <= highest):
                return number
        raise argparse.ArgumentTypeError(f"must be a whole number {wanted}, not {text}")

    return read
