"""Linked files in, checked synthetic ones out: people, and tables of their events."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from synth_handson.errors import ArgumentError, LeakError
from synth_handson.evidence.assessment import Evidence, Step, assess
from synth_handson.locales import Message
from synth_handson.paths import write_text
from synth_handson.pii.detect import Answer, Finding
from synth_handson.pii.fakes import Fakes
from synth_handson.pii.leaks import Leak, find_originals, name_cells, shared_values
from synth_handson.pii.replace import by_years, fakes_for, originals, replace_marked
from synth_handson.pipeline.assemble import assemble
from synth_handson.pipeline.generate import KEY_BYTES, GenerationSettings, count_of, rule_notes
from synth_handson.pipeline.manifest import LinkedManifest, file_hash
from synth_handson.pipeline.profile import (
    ChoosableColumns,
    OnStage,
    TableProfile,
    holdout_fraction,
    profile_table,
    tell,
)
from synth_handson.pipeline.roles import ColumnRole, Role
from synth_handson.pipeline.write import check_outputs
from synth_handson.synthesis.identifiers import Identifier
from synth_handson.synthesis.linked import LinkedGenerator
from synth_handson.synthesis.on_demand import REDRAWN
from synth_handson.synthesis.run import CancelToken, ProgressCallback
from synth_handson.synthesis.training import train_generator
from synth_handson.tables.checks import MIN_ASSESSED_ROWS, listed
from synth_handson.tables.columns import with_columns
from synth_handson.tables.files.form import Reading, TableForm
from synth_handson.tables.files.reading import format_of_name, read_file
from synth_handson.tables.files.writing import write_sheets, write_table
from synth_handson.tables.linked import LinkedTables, check_event_names, event_columns, in_table
from synth_handson.tables.rules.find import FoundRule, find_rules_of
from synth_handson.tables.rules.linked import PEOPLE
from synth_handson.tables.rules.rule import Rule, of_table
from synth_handson.tables.split import split_holdout

MANIFEST = "linked.manifest.json"


@dataclass(frozen=True)
class Source:
    """Source of a table: a file, or a sheet of a workbook."""

    path: Path
    sheet: str | None = None

    @property
    def name(self) -> str:
        """What its synthetic table is called: the file, or the sheet."""
        return self.sheet or self.path.name


@dataclass(frozen=True, eq=False)
class LinkedProfile(ChoosableColumns):
    """Profile of linked files.

    Attributes
    ----------
    sources
        Where each table was read; the people's is called "people".
    tables
        What was understood of each.
    key
        The column that identifies people.
    """

    sources: Mapping[str, Source]
    tables: Mapping[str, TableProfile]
    key: str

    @property
    def size(self) -> int:
        """Number of people."""
        return len(self.tables[PEOPLE].frame)

    @property
    def rows(self) -> int:
        """Number of rows of all tables together."""
        return sum(len(one.frame) for one in self.tables.values())

    @property
    def personal_cells(self) -> int:
        """Return how many cells hold personal data except for dates of birth."""
        return sum(one.personal_cells for one in self.tables.values())

    @property
    def questions(self) -> tuple[Finding, ...]:
        """Questions that only a person can answer: whether words are names to replace."""
        return tuple(found for one in self.tables.values() for found in one.questions)

    def named(self, *roles: Role) -> list[str]:
        """Return the columns with these roles, as the evidence names them.

        Those of events may begin with their table's name (`event_columns`).
        """
        own, events = self.tables[PEOPLE].frame.columns.drop(self.key), len(self.tables) - 1
        return [
            str(column if name == PEOPLE else event_columns(name, [column], own, events)[column])
            for name, one in self.tables.items()
            for column in one.named(*roles)
            if column != self.key
        ]

    def learned(self, name: str) -> list[str]:
        """Return the columns of a table that are learned, in its order, and the key."""
        profile = self.tables[name]
        learned = {*profile.named("learned"), self.key}
        return [column.name for column in profile.roles if column.name in learned]

    @cached_property
    def proposed(self) -> tuple[FoundRule, ...]:
        """Return the rules found between the columns of each table, and between events and their people.

        They are proposals, which are kept only on request. Dates of birth are left out, as they move.
        """
        learned = {
            name: one.frame[[column for column in one.named("learned") if column not in one.moved]]
            for name, one in self.tables.items()
        }
        keys = pd.Index(self.tables[PEOPLE].frame[self.key])
        found = []
        for name, frame in learned.items():
            owner = keys.get_indexer(pd.Index(self.tables[name].frame[self.key]))
            own = [column for column in learned[PEOPLE] if column not in frame]
            beside = learned[PEOPLE][own].iloc[owner].set_axis(frame.index)
            found += [
                replace(one, rule=of_table(one.rule, name))
                for one in find_rules_of(frame.join(beside), None, owner)
                if not {*one.rule.columns} <= {*own}
            ]
        return tuple(found)

    def measurable(self, rules: Iterable[Rule]) -> list[Rule]:
        """Return the rules on no dates of birth: these are compared by year."""
        moved = {column for one in self.tables.values() for column in one.moved}
        return [rule for rule in rules if moved.isdisjoint(rule.columns)]

    def linked(
        self, frames: Mapping[str, pd.DataFrame], columns: Mapping[str, Sequence[str]] | None = None
    ) -> LinkedTables:
        """Link columns of tables by the names of these: by default those that are learned."""
        chosen = columns or {name: self.learned(name) for name in self.tables}
        people, *events = (
            frames[name][[column for column in chosen[name] if column in frames[name]]]
            for name in self.tables
        )
        names = [name for name in self.tables if name != PEOPLE]
        return LinkedTables(people, dict(zip(names, events, strict=True)), self.key)


@dataclass(frozen=True, eq=False)
class SynthesisedLinked:
    """Synthetic linked tables and everything known about them.

    Attributes
    ----------
    profile, settings
        What was understood of the originals, and how they were made.
    tables
        The synthetic tables by the originals' names, with their columns.
    generator
        What they were drawn from.
    evidence
        What was measured of the columns that were learned.
    leaks
        Cells in which personal data of the originals occurs, by table.
    redrawn
        Share of the people who were drawn again, because a row of theirs broke a rule.
    """

    profile: LinkedProfile
    settings: GenerationSettings
    tables: Mapping[str, pd.DataFrame]
    generator: LinkedGenerator
    evidence: Evidence
    leaks: Mapping[str, tuple[Leak, ...]]
    redrawn: float = 0.0

    @property
    def rows(self) -> int:
        """Number of rows of all tables together."""
        return sum(map(len, self.tables.values()))

    @property
    def empty(self) -> list[str]:
        """Return the columns that are left empty."""
        return self.profile.named("empty", "written")

    @property
    def leak(self) -> LeakError | None:
        """Why the tables are not to leave: personal data of the originals occurs in one."""
        if not self.leaks:
            return None
        where = "; ".join(f"{table}: {name_cells(cells)}" for table, cells in self.leaks.items())
        return LeakError("leaks_found", count=sum(map(len, self.leaks.values())), where=where)

    @property
    def notes(self) -> tuple[Message, ...]:
        """Notes on dates of birth, and on the rules that are kept."""
        moved = dict.fromkeys(name for one in self.profile.tables.values() for name in one.moved)
        years = [Message("commands.by_years", {"columns": listed(moved)})] if moved else []
        return (*years, *rule_notes(self.generator, self.redrawn))


def profile_linked(
    people: Source,
    events: Mapping[str, Source],
    key: str,
    *,
    personal_data: bool = True,
    answers: Mapping[str, Answer] | None = None,
    read: Callable[[Source], tuple[pd.DataFrame, TableForm]] | None = None,
    on_stage: OnStage | None = None,
) -> LinkedProfile:
    """Read linked files, find their personal data, and decide what becomes of each column.

    Parameters
    ----------
    people, events
        Where the tables are; events by their names.
    key
        The column that identifies people, in each of them.
    personal_data, answers
        As for :func:`~synth_handson.pipeline.profile.profile_table`.
    read
        Reads a table; by default without limits.
    on_stage
        Called with each stage as it begins.

    Raises
    ------
    ArgumentError
        If a file cannot be read, or they are not linked by this key.
    TableError
        If there are too few rows, or something is wrong with the columns' names.
    """
    check_event_names(events)
    sources = {PEOPLE: people, **events}
    tell(on_stage, "read")
    tables_read = {name: (read or _read)(one) for name, one in sources.items()}
    frames = {name: frame for name, (frame, _) in tables_read.items()}
    LinkedTables(frames[PEOPLE], {name: frames[name] for name in events}, key)
    tables = {}
    for name, (frame, form) in tables_read.items():
        known = {column: answer for column, answer in (answers or {}).items() if column in form.names}
        person = None if name == PEOPLE else key
        with in_table(name):
            tables[name] = profile_table(
                frame, form, personal_data=personal_data, answers=known, person=person, on_stage=on_stage
            )
    made = ColumnRole(key, "made", Message("commands.role_several_rows"))
    roles = tuple(made if role.name == key else role for role in tables[PEOPLE].roles)
    tables[PEOPLE] = replace(tables[PEOPLE], roles=roles, several=None)
    return LinkedProfile(sources, tables, key)


def _read(source: Source) -> tuple[pd.DataFrame, TableForm]:
    return read_file(source.path, Reading(sheet=source.sheet))


def synthesise_linked(
    profile: LinkedProfile,
    settings: GenerationSettings,
    *,
    on_stage: OnStage | None = None,
    on_progress: ProgressCallback | None = None,
    on_step: Callable[[Step], None] | None = None,
    cancel: CancelToken | None = None,
) -> SynthesisedLinked:
    """Make synthetic people with their events, and check them; free text is left empty.

    Parameters, errors and notes are those of :func:`~synth_handson.pipeline.generate.synthesise`; ``count``
    counts people, of whom at least 100 are drawn.
    """
    people, needed = profile.size, 2 * MIN_ASSESSED_ROWS
    if people < needed:
        raise ArgumentError("own_people", people=people, minimum=needed)
    count = count_of(profile, settings)
    if count < MIN_ASSESSED_ROWS:
        raise ArgumentError("linked_count", count=count, minimum=MIN_ASSESSED_ROWS)
    fraction = holdout_fraction(people)
    drawn = draw_linked(
        profile, settings, fraction, on_stage=on_stage, on_progress=on_progress, cancel=cancel
    )
    tables = drawn.tables
    tell(on_stage, "scan")
    leaks = {name: find_leaks(profile, table) for name, table in tables.items()}
    tell(on_stage, "assess")
    real = {name: by_years(one.frame, one.moved) for name, one in profile.tables.items()}
    seen, held_out = split_holdout(profile.linked(real), fraction, settings.seed)
    made = {name: by_years(table, profile.tables[name].moved) for name, table in tables.items()}
    evidence = assess(
        profile.linked(made), train=seen, holdout=held_out, target=settings.target, known=settings.known,
        rules=profile.measurable(settings.kept), random_state=settings.seed, on_progress=on_step,
    )  # fmt: skip
    found = {name: cells for name, cells in leaks.items() if cells}
    return SynthesisedLinked(profile, settings, tables, drawn.generator, evidence, found, drawn.redrawn)


@dataclass(frozen=True, eq=False)
class DrawnLinked:
    """Synthetic tables by the originals' names, their generator, and the share of people drawn again."""

    tables: Mapping[str, pd.DataFrame]
    generator: LinkedGenerator
    redrawn: float


def draw_linked(
    profile: LinkedProfile,
    settings: GenerationSettings,
    holdout: float = 0.0,
    *,
    on_stage: OnStage | None = None,
    on_progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> DrawnLinked:
    """Replace personal data, train, and draw linked tables.

    The key by which personal data is replaced is drawn here, and forgotten. Parameters and errors are those
    of `synthesise_linked`; ``holdout`` is the share of the people that nothing is learned of. Where it is
    0, nothing can be measured.
    """
    secret = secrets.token_bytes(KEY_BYTES)
    # One name is made up the same in all files.
    encodings = {one.form.encoding for one in profile.tables.values()}
    fakes = {name: fakes_for(one.frame, one.marks, secret, encodings) for name, one in profile.tables.items()}
    # The key is made anew: replaced in each table for itself, it would link nothing any more.
    safe = {}
    for name, one in profile.tables.items():
        replaced = replace_marked(one.frame, one.marks, fakes[name])
        safe[name] = with_columns(replaced, {profile.key: one.frame[profile.key]})
    train = profile.linked(safe)
    if holdout:
        train, _ = split_holdout(train, holdout, settings.seed)
    tell(on_stage, "train")
    generator = train_generator(
        train, target=settings.target, engine=settings.engine, epsilon=settings.epsilon,
        max_minutes=settings.minutes, keep=settings.keep, random_state=settings.seed, rules=settings.rules,
        on_progress=on_progress, cancel=cancel,
    )  # fmt: skip
    assert isinstance(generator, LinkedGenerator)
    tell(on_stage, "draw")
    drawn = generator.sample(count_of(profile, settings), random_state=settings.seed)
    assert isinstance(drawn, LinkedTables)
    redrawn = float(drawn.people.attrs.get(REDRAWN, 0.0))
    return DrawnLinked(_assembled(profile, drawn, fakes, settings.seed), generator, redrawn)


def _assembled(
    profile: LinkedProfile, drawn: LinkedTables, fakes: Mapping[str, Fakes], seed: int
) -> dict[str, pd.DataFrame]:
    tables, key = {}, profile.key
    # None of the keys of all people is made again, of those who were held out neither.
    keys = Identifier.of(key, 0, profile.tables[PEOPLE].frame[key]).make(len(drawn.people), seed)
    new = pd.Series(keys.to_numpy(), index=drawn.people[key])
    for name, one in profile.tables.items():
        frame = drawn.people if name == PEOPLE else drawn.events[name]
        whole = assemble(one, frame, {}, fakes[name], seed)
        tables[name] = with_columns(
            whole, {key: frame[key].map(new).reset_index(drop=True).astype(keys.dtype)}
        )
    return tables


def find_leaks(profile: LinkedProfile, table: pd.DataFrame) -> tuple[Leak, ...]:
    """Find personal data of any original in a table."""
    found: set[Leak] = set()
    for one in profile.tables.values():
        found.update(find_originals(table, originals(one.marks), shared_values(one.frame, one.marks)))
    return tuple(sorted(found, key=lambda leak: (leak.row, leak.column)))


def linked_places(sources: Mapping[str, Source], output: Path) -> dict[str, Source]:
    """Return where synthetic tables lie: in a folder under the originals' names, or on a workbook's sheets.

    Raises
    ------
    ArgumentError
        If two tables would lie in one place.
    """
    places: dict[str, Source] = {}
    taken: dict[str, str] = {}
    for name, one in sources.items():
        file = one.name if one.sheet is None else f"{one.sheet}.csv"
        place = Source(output / file) if _is_folder(output) else Source(output, one.sheet or name)
        if other := taken.get(place.name.casefold()):
            raise ArgumentError("linked_one_name", first=other, second=name, name=place.name)
        places[name], taken[place.name.casefold()] = place, name
    return places


def linked_manifest_path(output: Path) -> Path:
    """Return where the manifest of synthetic linked files lies: in their folder, or beside the workbook."""
    return output / MANIFEST if _is_folder(output) else output.with_name(f"{output.name}.{MANIFEST}")


def linked_outputs(sources: Mapping[str, Source], output: Path) -> list[Path]:
    """Return the files that are written; errors as `linked_places`."""
    files = dict.fromkeys(place.path for place in linked_places(sources, output).values())
    return [*files, linked_manifest_path(output)]


def _is_folder(output: Path) -> bool:
    return output.is_dir() or not output.suffix


def write_linked(
    made: SynthesisedLinked, output: Path, *, force: bool = False, keep_going: bool = False
) -> list[Path]:
    """Write synthetic linked tables to a folder, under the originals' names, or to one workbook.

    Raises
    ------
    LeakError
        If personal data of the originals occurs in one, unless that is allowed.
    ArgumentError
        If a file is there already, or cannot be written.
    """
    if made.leak and not keep_going:
        raise made.leak
    sources = made.profile.sources
    if not output.suffix:
        output.mkdir(parents=True, exist_ok=True)
    paths, places = linked_outputs(sources, output), linked_places(sources, output)
    check_outputs(paths, force, [one.path for one in sources.values()])
    forms = {name: one.form for name, one in made.profile.tables.items()}
    if _is_folder(output):
        for name, table in made.tables.items():
            write_table(table, places[name].path, form=forms[name], force=force)
    elif format_of_name(output) == "xlsx":
        sheets = {places[name].name: (table, forms[name]) for name, table in made.tables.items()}
        write_sheets(sheets, output, force=force)
    else:
        raise ArgumentError("linked_output", path=output, tables=listed(made.tables))
    write_text(paths[-1], _manifest(made, places).to_json())
    return paths


def _manifest(made: SynthesisedLinked, places: Mapping[str, Source]) -> LinkedManifest:
    profile, settings = made.profile, made.settings
    return LinkedManifest(
        version=version("synth-handson"),
        originals=hashes(profile.sources),
        synthetic=hashes(places),
        person=profile.key,
        people=profile.size,
        fraction=holdout_fraction(profile.size),
        seed=settings.seed,
        drawn=len(made.tables[PEOPLE]),
        verdict=made.evidence.verdict,
        learned={name: tuple(profile.learned(name)) for name in profile.tables},
        target=settings.target,
        known=settings.known,
        answers={name: one for table in profile.tables.values() for name, one in table.answers.items()},
        training=asdict(made.generator.training),
        rules=tuple(map(str, settings.kept)),
    )


def hashes(places: Mapping[str, Source]) -> dict[str, str]:
    """Return the SHA-256 of each table's file."""
    return {name: file_hash(place.path) for name, place in places.items()}
