"""Write a synthetic table and its manifest to files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from os import fspath
from pathlib import Path
from tempfile import TemporaryDirectory

from synth_handson.errors import ArgumentError
from synth_handson.paths import write_text
from synth_handson.pipeline.generate import Synthesised, asked_of
from synth_handson.pipeline.manifest import Manifest, file_hash, manifest_path
from synth_handson.pipeline.profile import holdout_fraction
from synth_handson.tables.files.form import AnyPath
from synth_handson.tables.files.writing import write_table


def write_synthesised(
    made: Synthesised, source: AnyPath, output: AnyPath, *, force: bool = False, keep_going: bool = False
) -> Manifest:
    """Write a synthetic table in its original's form, and its manifest beside it.

    Parameters
    ----------
    made
        The table.
    source, output
        The original, and where to.
    force
        Whether to replace files that are there.
    keep_going
        Whether to write it even if personal data of the original occurs in it.

    Raises
    ------
    LeakError
        If personal data of the original occurs in it.
    ArgumentError
        If a file is there already, or cannot be written.
    """
    output = Path(fspath(output))
    if made.leak and not keep_going:
        raise made.leak
    check_outputs([output, manifest_path(output)], force, [Path(fspath(source))])
    if made.file is None:
        write_table(made.table, output, form=made.profile.form, force=force)
    else:
        made.file.replace(output)
    manifest = _manifest(made, Path(fspath(source)), output)
    write_text(manifest_path(output), manifest.to_json())
    return manifest


@contextmanager
def unfinished(output: Path) -> Iterator[Path]:
    """Give a place beside an output for rows that are not to be seen yet; what is left there is removed."""
    with TemporaryDirectory(prefix=f".{output.name}.", suffix=".unfinished", dir=output.parent) as folder:
        yield Path(folder) / output.name


def check_outputs(paths: Sequence[Path], force: bool, sources: Sequence[Path] = ()) -> None:
    """Check that files can be written, before minutes are spent.

    Raises
    ------
    ArgumentError
        If one is what is read, by whatever path, or two are the same; if one is there already and not to be
        replaced, or its folder is not there.
    """
    for number, path in enumerate(paths):
        for other in (*sources, *paths[:number]):
            if _is_same(path, other):
                raise ArgumentError("file_same", path=path, other=other)
        if path.exists() and not force:
            raise ArgumentError("file_exists", path=path)
        if not path.parent.is_dir():
            raise ArgumentError("file_folder", path=path, folder=path.parent)


def _is_same(path: Path, other: Path) -> bool:
    """Tell whether two paths lead to the same file, or one lies in a folder that is the other."""
    try:
        if path.samefile(other):
            return True
    except OSError:
        pass
    path, other = path.resolve(), other.resolve()
    return path == other or (other.is_dir() and other in path.parents)


def _manifest(made: Synthesised, source: Path, output: Path) -> Manifest:
    profile, training = made.profile, made.generator.training
    asked = asked_of(profile, made.settings)
    return Manifest(
        version=version("synth-handson"),
        original=file_hash(source),
        synthetic=file_hash(output),
        rows=len(profile.frame),
        # Rows on demand are measured among a part of those that were held out.
        holdout=round(holdout_fraction(profile.size) * profile.size) if asked else made.evidence.rows.holdout,
        fraction=holdout_fraction(profile.size),
        seed=made.evidence.random_state,
        drawn=made.rows,
        measured=made.evidence.rows.synthetic,
        verdict=made.evidence.verdict,
        engine=training.engine,
        engine_version=training.engine_version,
        epsilon=training.reached_epsilon,
        target=made.settings.target,
        known=made.evidence.known,
        learned=tuple(profile.named("learned")),
        made=tuple(profile.named("made")),
        numbered=tuple(profile.named("numbered")),
        written=made.written,
        text_model=made.text_model,
        empty=tuple(made.empty),
        form=replace(
            profile.form,
            other_sheets=(),
            columns=tuple(replace(column, reason="schema", details={}) for column in profile.form.columns),
        ),
        person=profile.person,
        answers=dict(profile.answers),
        asked=tuple(found.column for found in profile.questions),
        rules=tuple(map(str, made.settings.kept)),
        segment=asked.to_plain() if asked else None,
    )
