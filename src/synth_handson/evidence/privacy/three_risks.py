"""Singling out, linkability and inference: the three risks of WP29 Opinion 05/2014, by anonymeter's attacks.

Risks and intervals are made by anonymeter itself. Its evaluators are left out: they draw from numpy's global
generator, scale the distances of training and control people apart, and take several times as long. So whom
to attack is decided here, and its descriptions and the rows nearest by its distance are found here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.descriptions import describe_single_rows
from synth_handson.evidence.three_tables import AssessedTables
from synth_handson.locales import Message
from synth_handson.metrics.arrays import Booleans, Floats, Integers
from synth_handson.metrics.boxes import rows_in_boxes
from synth_handson.metrics.intervals import Estimate

MAX_ROWS = 10_000
"""Rows that larger tables are sampled to."""
MAX_SECRETS = 8
"""Columns whose values are guessed if none are named."""
KNOWN_COLUMNS = 20
"""Columns of a person that the attacker knows at most; for linkability, on either side."""
GAPS_AT_ONCE = 2**18
"""Differences of people's and rows' values that are held at a time."""
ROUNDING = 1e-9
"""More than sums of so few distances are off by when one is subtracted again."""
MIN_ATTEMPTS, MAX_ATTEMPTS = 1_000, 10_000
"""Bounds on the attempts to find descriptions that fit one synthetic row only: 3 for each row, on average."""


def three_risks(
    tables: AssessedTables,
    *,
    random_state: int,
    attacks: int = 500,
    secrets: Sequence[str] | None = None,
) -> tuple[Measure, ...]:
    """Attack training people through the synthetic table, and as many people whom it cannot know.

    - Singling out: a description that fits one synthetic row only, such as "age >= 61, job = nurse and
      balance <= 12", is tried on all training people, and on all others. It succeeds on those of whom it
      fits exactly one. It is made of all columns, or of 20 chosen at random.
    - Linkability: the columns are dealt out to two halves, of at most 20 each. The attack on a person
      succeeds if the nearest synthetic row is the same by either half.
    - Inference: the attacker knows up to 20 other columns of a person, and takes the secret from the
      synthetic row that is nearest by them. The attack succeeds if that is the right category or, for
      numbers and dates, lies in the right tenth of the real people.

    With success rates t on training and c on control people, the risk is (t - c) / (1 - c), cut at 0: of the
    attacks that fail on people never seen, the share that would succeed on training people.

    Parameters
    ----------
    tables
        Prepared tables. At most 10,000 rows of each are used, and as many training as holdout people.
    random_state
        Seed of samples and attacks.
    attacks
        How many to make of each kind, at least 1. Fewer are made if there are fewer people, or if fewer
        descriptions are found.
    secrets
        Columns to guess. By default all; of more than 8, those hardest to guess without any attack: those
        whose commonest value is rarest.

    Returns
    -------
    tuple of Measure
        "singling_out", "linkability", and "inference" for each secret, all from 0 to 1; low is good.
        ``rows`` is the number of attacks on training people, and on as many others. In the reference, half
        of the holdout plays the synthetic table and the other half the control people. If an attack succeeds
        on every control person, nothing is left to measure, and ``missing`` says so.

    Raises
    ------
    ArgumentError
        If ``attacks`` is below 1, or a secret is not a column.

    Notes
    -----
    M. Giomi, F. Boenisch, C. Wehmeyer and B. Tasnádi, "A unified framework for quantifying privacy risk in
    synthetic data", PoPETs 2023(2). Risk and interval are anonymeter's, from two Wilson rates at 95 %. They
    take attacks to be independent, which several descriptions of one person are not.

    The p-value does not rest on that. It is Fisher's exact test, one-sided, on people: each is found or not,
    by rules that treat training and control people alike. To single out, it counts people whom some
    description fits and nobody else of either kind.

    Numbers and dates take part as ranks among the real people, for one outlier would rule anonymeter's
    scaling by range. To a distance, a missing number is the median; to a description or a guess it is a
    value of its own, as a missing category always is. The halves are dealt out in turn, the hardest columns
    to guess first, so that both identify people. Repeated synthetic rows count once; real people who are
    alike all count, so that nobody can single them out.
    """
    if attacks < 1:
        raise ArgumentError("attacks_number", attacks=attacks)
    safe_names = {name: f"c{position}" for position, name in enumerate(tables.train.columns)}
    for name in secrets or ():
        if name not in safe_names:
            raise ArgumentError("attacks_secret", column=name)
    scene = _set_up(tables, safe_names, random_state)
    scenes = (scene, _without_generator(scene))
    if secrets is None:
        hardest = scene.order[:MAX_SECRETS]
        secrets = [name for name, safe in safe_names.items() if safe in hardest]

    guessed = [safe_names[name] for name in secrets]
    return (
        _risk("singling_out", [_single_out(scene, attacks, random_state) for scene in scenes]),
        _risk("linkability", [_link(scene, attacks) for scene in scenes]),
        *(
            _risk("inference", outcomes, name)
            for name, *outcomes in zip(
                secrets, *(_infer(scene, guessed, attacks) for scene in scenes), strict=True
            )
        ),
    )


@dataclass(frozen=True, eq=False)
class _Scene:
    """A table in an attacker's hands, and as many training people as people it cannot know.

    Numbers are ranks from 0 to 1, NaN where missing; categories are codes. The rows are in random order.
    """

    table: pd.DataFrame
    train: pd.DataFrame
    control: pd.DataFrame
    numbers: frozenset[str]
    order: tuple[str, ...]

    def people(self, attacks: int = MAX_ROWS) -> pd.DataFrame:
        """Return people of either kind, or all, the training people first."""
        return pd.concat([self.train.head(attacks), self.control.head(attacks)], ignore_index=True)


@dataclass(frozen=True)
class _Outcome:
    """How many of the attacks on training and on control people succeeded."""

    attacks: int
    train: int
    control: int
    p_value: float

    @property
    def risk(self) -> Estimate | None:
        from anonymeter.stats.confidence import residual_success, success_rate

        if self.control == self.attacks:
            return None
        train, control = (success_rate(self.attacks, count, 0.95) for count in (self.train, self.control))
        value, interval = residual_success(train, control).to_risk()
        return Estimate(value, *interval)


def _risk(name: str, outcomes: Sequence[_Outcome], secret: str | None = None) -> Measure:
    outcome, reference = outcomes
    risk = outcome.risk
    columns = () if secret is None else (secret,)
    missing = Message(f"measures.missing_{name}", {"column": secret} if columns else {})
    return Measure(
        name,
        risk,
        reference.risk,
        rows=outcome.attacks,
        columns=columns,
        p_value=None if risk is None else outcome.p_value,
        missing=missing if risk is None else None,
    )


def _single_out(scene: _Scene, attacks: int, random_state: int) -> _Outcome:
    both = pd.concat([scene.table, scene.people()], ignore_index=True)
    # Only a missing number is left without a code: a missing category has one of its own.
    codes = np.column_stack([pd.factorize(both[name], sort=True)[0] for name in both.columns])
    table, people = np.split(codes, [len(scene.table)])
    low, high = describe_single_rows(
        table,
        np.isin(both.columns, list(scene.numbers)),
        columns=min(KNOWN_COLUMNS, table.shape[1]),
        most=min(attacks, len(table)),
        attempts=int(np.clip(3 * len(table), MIN_ATTEMPTS, MAX_ATTEMPTS)),
        rng=np.random.default_rng(random_state),
    )
    description, person = rows_in_boxes(people, low, high)
    is_train = person < len(scene.train)
    train, control = (np.bincount(description[side], minlength=len(low)) for side in (is_train, ~is_train))
    alone = np.zeros(len(people), bool)
    alone[person[(train + control)[description] == 1]] = True
    return _Outcome(len(low), int((train == 1).sum()), int((control == 1).sum()), _exact_test(alone))


def _link(scene: _Scene, attacks: int) -> _Outcome:
    people = scene.people(attacks)
    known = scene.order[: 2 * KNOWN_COLUMNS]
    # If several rows are nearest, one half takes the first and the other the last, so that ties link nobody.
    backwards = replace(scene, table=scene.table[::-1])
    (first,) = _nearest(scene, people, known[::2])
    (second,) = _nearest(backwards, people, known[1::2])
    second = len(scene.table) - 1 - second
    return _count(first == second)


def _infer(scene: _Scene, secrets: Sequence[str], attacks: int) -> list[_Outcome]:
    people = scene.people(attacks)
    columns = scene.order[: KNOWN_COLUMNS + 1]
    spare = columns[KNOWN_COLUMNS:]
    # What the attacker does not know: the secret, or the last column where the secret is none of these.
    unknown = [(secret,) if secret in columns else spare for secret in secrets]
    outcomes = []
    for secret, nearest in zip(secrets, _nearest(scene, people, columns, unknown), strict=True):
        values, truth = (_classes(table[secret], secret in scene.numbers) for table in (scene.table, people))
        outcomes.append(_count(values[nearest] == truth))
    return outcomes


def _count(found: Booleans) -> _Outcome:
    train, control = np.split(found, 2)
    return _Outcome(len(train), int(train.sum()), int(control.sum()), _exact_test(found))


def _exact_test(found: Booleans) -> float:
    """Test whether more people were found in the first half than in the second, which is as large."""
    from scipy.stats import fisher_exact

    counts = [(half.sum(), half.size - half.sum()) for half in np.split(found, 2)]
    return float(fisher_exact(counts, alternative="greater").pvalue)


def _nearest(
    scene: _Scene, people: pd.DataFrame, columns: Sequence[str], without: Sequence[Sequence[str]] = ((),)
) -> list[Integers]:
    """Find the row of the table nearest to each person, the first of several, without some columns in turn.

    The distance is anonymeter's: a number adds the difference, as a share of the column's range in both
    tables, and a category adds 1 if it differs.
    """
    columns = sorted(columns, key=lambda name: name not in scene.numbers)
    pairs = [[frame[name].fillna(0.5).to_numpy() for frame in (scene.table, people)] for name in columns]
    spans = [np.ptp(np.concatenate(pair)) or 1.0 for pair in pairs]
    numbers = [
        (rows / span, targets / span) if name in scene.numbers else None
        for name, (rows, targets), span in zip(columns, pairs, spans, strict=True)
    ]
    left_out = [[columns.index(name) for name in names] for names in without]
    kept = [[place for place in range(len(columns)) if place not in out] for out in left_out]
    found = np.empty((len(without), len(people)), np.intp)
    at_once = max(1, GAPS_AT_ONCE // (len(columns) * max(1, len(scene.table))))
    for first in range(0, len(people), at_once):
        some = slice(first, min(first + at_once, len(people)))
        gaps = np.empty((len(columns), some.stop - first, len(scene.table)))
        for gap, (rows, targets), number in zip(gaps, pairs, numbers, strict=True):
            if number is None:
                np.not_equal(rows, targets[some, None], out=gap)
            else:
                np.abs(number[0] - number[1][some, None], out=gap)
        total = gaps.sum(axis=0)
        for turn, out in enumerate(left_out):
            found[turn, some] = _first_of_least(total - gaps[out].sum(axis=0), gaps, kept[turn])
    return list(found)


def _first_of_least(about: Floats, gaps: Floats, columns: list[int]) -> list[int]:
    """Find for each person the first row with the least sum over some columns, known but for rounding."""
    close = about <= about.min(axis=1, keepdims=True) + ROUNDING
    found = []
    for person, row in enumerate(close.argmax(axis=1).tolist()):
        near = row + np.flatnonzero(close[person, row:])
        if len(near) > 1:
            row = near[gaps[np.array(columns)[:, None], person, near].sum(axis=0).argmin()]
        found.append(int(row))
    return found


def _set_up(tables: AssessedTables, safe_names: dict[str, str], random_state: int) -> _Scene:
    rng = np.random.default_rng(random_state)
    each = min(len(tables.train), len(tables.holdout), MAX_ROWS)
    synthetic = _draw(tables.synthetic, MAX_ROWS, rng)
    drawn = [synthetic, _draw(tables.train, each, rng), _draw(tables.holdout, each, rng)]
    together = pd.concat(drawn, ignore_index=True).rename(columns=safe_names)
    numbers = frozenset(safe_names[name] for name in tables.numbers)
    coded = pd.DataFrame(
        {
            name: _ranks(column.to_numpy(), len(synthetic)) if name in numbers else _codes(column)
            for name, column in together.items()
        }
    )
    people = coded.tail(2 * each)

    def commonest(name: str) -> int:
        return int(np.unique(_classes(people[name], name in numbers), return_counts=True)[1].max())

    return _Scene(
        table=coded.head(len(synthetic)).drop_duplicates(ignore_index=True),
        train=people.head(each),
        control=people.tail(each),
        numbers=numbers,
        order=tuple(sorted(coded.columns, key=commonest)),
    )


def _without_generator(scene: _Scene) -> _Scene:
    """Use half of the control people as synthetic table."""
    middle = len(scene.control) // 2
    table = scene.control[:middle].drop_duplicates(ignore_index=True)
    rest = scene.control[middle:]
    return replace(scene, table=table, train=scene.train.head(len(rest)), control=rest)


def _draw(frame: pd.DataFrame, rows: int, rng: np.random.Generator) -> pd.DataFrame:
    return frame.iloc[rng.permutation(len(frame))[:rows]]


def _codes(column: pd.Series) -> Floats:
    return pd.factorize(column, use_na_sentinel=False)[0].astype(np.float64)


def _ranks(values: Floats, first_real: int) -> Floats:
    """Replace numbers by the share of real ones below them, plus half the share equal to them."""
    real = np.sort(values[first_real:])
    real = real[~np.isnan(real)]
    below, not_above = (np.searchsorted(real, values, side) for side in ("left", "right"))
    return np.where(np.isnan(values), np.nan, (below + not_above) / (2 * max(len(real), 1)))


def _classes(column: pd.Series, is_number: bool) -> Floats:
    """Return the classes to guess: codes as they are; ranks as tenths, from 0 to 9, and 10 if missing."""
    values = column.to_numpy()
    return np.where(np.isnan(values), 10.0, np.minimum(np.floor(values * 10), 9.0)) if is_number else values
