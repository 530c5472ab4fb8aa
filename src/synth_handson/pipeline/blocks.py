"""A large table, drawn block by block to a Parquet file, so that it need not fit into memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from synth_handson.evidence.assessment import Step
from synth_handson.evidence.three_tables import MAX_ROWS
from synth_handson.pii.leaks import Leak, find_originals, shared_values
from synth_handson.pii.replace import by_years, originals
from synth_handson.pipeline.assemble import assemble
from synth_handson.pipeline.generate import (
    GenerationSettings,
    Learned,
    Synthesised,
    blocks_from,
    count_of,
    learn,
    measure,
    synthesise,
)
from synth_handson.pipeline.profile import OnStage, TableProfile, tell
from synth_handson.synthesis.on_demand import REDRAWN
from synth_handson.synthesis.run import CancelToken, ProgressCallback
from synth_handson.tables.files.form import OnRows
from synth_handson.tables.files.parquet import read_blocks
from synth_handson.tables.files.reading import format_of_name
from synth_handson.tables.files.writing import write_blocks


def is_drawn_in_blocks(profile: TableProfile, settings: GenerationSettings, output: Path) -> bool:
    """Tell whether a table is drawn block by block.

    It is if it has more rows than `assess` looks at as a whole, and is written as Parquet. Columns that are
    made or written, in which no value may be there twice, and people with all their rows need all of it.
    """
    large = count_of(profile, settings) > MAX_ROWS
    whole = profile.person or profile.named("made") or (settings.texts and profile.named("written"))
    return large and format_of_name(output) == "parquet" and not whole


def synthesise_to(
    output: Path,
    file: Path,
    profile: TableProfile,
    settings: GenerationSettings,
    *,
    on_stage: OnStage | None = None,
    on_progress: ProgressCallback | None = None,
    on_rows: OnRows | None = None,
    on_step: Callable[[Step], None] | None = None,
    cancel: CancelToken | None = None,
) -> Synthesised:
    """Make a table as `synthesise` does, but if it is large, keep no more than a block of it in memory.

    Parameters
    ----------
    output
        Where the table is to be written to.
    file
        Where the rows of a large one are written to until that is decided, in a folder of their own.
        `write_synthesised` moves them from there.
    on_rows
        Called with the number of rows drawn so far.
    profile, settings, on_stage, on_progress, on_step, cancel
        As for `synthesise`, with its errors.

    Notes
    -----
    `assess` counts on all rows of the file, and looks at a sample of 200,000 where counting is not enough.
    """
    if not is_drawn_in_blocks(profile, settings, output):
        return synthesise(
            profile, settings, on_stage=on_stage, on_progress=on_progress, on_step=on_step, cancel=cancel
        )
    if profile.obstacle:
        raise profile.obstacle
    learned = learn(profile, settings, on_stage=on_stage, on_progress=on_progress, cancel=cancel)
    tell(on_stage, "draw")
    blocks = _Blocks(profile, settings, learned)
    write_blocks(blocks.scanned(), file, form=profile.form, force=True, on_rows=on_rows)
    names = [str(name) for name in learned.train if str(name) not in learned.written]
    measured = file
    if profile.moved or names != profile.form.names:
        measured = file.with_name(f"measured-{file.name}")
        write_blocks((by_years(rows, profile.moved) for rows in read_blocks(file, names)), measured)
    evidence = measure(measured, profile, settings, names, on_stage=on_stage, on_step=on_step)
    return Synthesised(
        profile, settings, blocks.first, learned.generator, evidence, (), None, tuple(blocks.leaks),
        blocks.again / evidence.rows.synthetic, file,
    )  # fmt: skip


class _Blocks:
    """Draws the blocks, and notes what is found in them."""

    def __init__(self, profile: TableProfile, settings: GenerationSettings, learned: Learned) -> None:
        self._profile, self._settings, self._learned = profile, settings, learned
        self.first = pd.DataFrame()
        self.leaks: list[Leak] = []
        self.again = 0.0

    def scanned(self) -> Iterator[pd.DataFrame]:
        """Assemble and scan each block."""
        profile, settings = self._profile, self._settings
        known, shared = originals(profile.marks), shared_values(profile.frame, profile.marks)
        rows = 0
        for drawn in blocks_from(self._learned, count_of(profile, settings), settings):
            block = assemble(profile, drawn, {}, self._learned.fakes, settings.seed)
            for name in profile.named("numbered"):
                block[name] += rows
            if known:
                found = find_originals(block, known, shared)
                self.leaks += [replace(leak, row=leak.row + rows) for leak in found]
            self.again += drawn.attrs.get(REDRAWN, 0.0) * len(drawn)
            self.first = block if not rows else self.first
            rows += len(block)
            yield block
