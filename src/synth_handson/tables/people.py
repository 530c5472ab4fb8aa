"""Does a table have several rows of one person? Visits, payments and panels do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, permutations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synth_handson.errors import ArgumentError
from synth_handson.tables.checks import check_name
from synth_handson.tables.coded import (
    CONSTANT,
    REPEATED_SHARE,
    Coded,
    Codes,
    agreement_within,
    coded_columns,
    columns_by_name,
    not_following,
    together,
)
from synth_handson.tables.columns import Column
from synth_handson.tables.neighbouring_rows import columns_of_neighbours, file_order, run_numbers

STABLE = 0.5
"""Agreement within people from which on a column says something about them."""
MIN_PEOPLE = 50
"""Fewest people; fewer are shops or towns, unless a column's name says otherwise."""
MIN_NAMED = 10
"""Fewest people if the key's name is one of people, or a column that stays constant is named after what only
people have, such as a year of birth."""
COVERED = 0.5
"""Smallest share of columns that belong to the people rather than to their visits."""
MANY_FACTS = 3
"""Alternatively, number of constant columns that do not follow from each other but together determine the
key."""
RARE_TOGETHER = 0.7
"""Attributes of people form less than this share of the combinations expected by chance."""
MAX_TOGETHER = 3
"""Most columns that are combined to identify people where there is no identifier."""
PAIRED = 20
"""Most informative columns of which it is seen which belong together."""
TELLING = 7
"""Most columns that are tried in combination."""
MIN_BLOCKS = 10
"""Fewest pairs of neighbouring values by which it is tested whether other columns hang on single values."""
TIED = 0.02
"""Smallest share of a column's variance that jumps between neighbouring values of another."""
TIED_LEVEL = 1e-4
"""Level of the test of that, divided by the number of pairs of columns."""
VARIES = 1e-9
"""Sum of squares, in units of the variance, that is no rounding error."""
TELLS_ALONE = 0.25
"""Share from which on a column that follows from another one is not computed from it."""
MIN_TIED = 3
"""Fewest columns that tell people apart only together."""
RARE_TIED = 0.5
"""Such columns form less than this share of the combinations expected by chance."""
COVERED_TIED = 1 / 3
"""Smallest share of all columns that are people's then."""
PAIRS = 5
"""Fewest pairs of people who agree in one column for a conclusion about another."""
ROWS = 5_000
"""Rows of people with several rows that are examined."""

_PERSON = (
    "patient|person|people|customer|client|member|user|employee|worker|participant|(us?u?)?subj(ect)?"
    "|respondent|student|pupil|insured|policy_?holder|beneficiary|citizen|resident|individual|borrower|donor"
    "|guest|household|family|account|card(holder)?|driver|licen[cs]e|tenant|player|athlete|candidate|applicant"
    "|taxpayer|voter|passenger|subscriber|requester|nick(name)?|handle|login|(tele|mobile)?phone|msisdn|policy|患者|顧客|会員|利用者|ユーザー?|社員|従業員|職員|被験者|参加者|対象者|回答者|学生"
    "|生徒|児童|被保険者|契約者|個人|世帯|住民|お客様|加入者"
)
_NUMBER = "id|no|nr|num|number|code|key|name|hash(ed)?|token|uuid|initials|番号|コード|名"
_THING = (
    "shop|store|branch|product|item|sku|article|zip|post|postal|city|town|village|country|county|region|state"
    "|district|province|prefecture|area|school|sch|university|class|course|hospital|clinic|ward|department"
    "|dept|company|firm|employer|industry|occupation|site|station|plant|machine|device|sensor|model|brand"
    "|category|species|airport|hotel|room|restaurant|vehicle|flight|date|day|week|month|year|time"
)
_THING_JAPANESE = (
    "店|商品|製品|品番|品名|型番|機種|郵便|市区町村|都道府県|市$|区$|町$|県$|国$|地域|学校|病院|部署|部門|会社"
    "|企業|職業|業種|拠点|駅|路線|車両|日付|年月|曜日"
)
NAMES_PEOPLE = re.compile(
    rf"(.*[\W_])?({_PERSON})[\W_]*({_NUMBER})?[\W_]*|(case[\W_]?)?[pu]?(id|nr|no)([\W_]?code)?"
    r"|(.*[\W_])?e?-?mail([\W_]?address)?|メール(アドレス)?|氏名",
    re.IGNORECASE,
)
"""Names of columns that number people."""
IDENTIFIES = re.compile(r".*(id|code|mail|address|番号|コード|アドレス|氏名)[\W_]*", re.IGNORECASE)
"""Those that can only be identifiers: "customers" may also be a number of customers."""
NAMES_THINGS = re.compile(
    rf"(^|[\W_\d])({_THING})(s|es)?([\W_]*({_NUMBER}))?($|[\W_\d])|{_THING_JAPANESE}", re.IGNORECASE
)
"""Names of columns that number places, goods, organisations or moments."""
ATTRIBUTES = re.compile(
    r"(^|[\W_\d])(birth([\W_]?(day|date|year))?|born|dob|sex|gender|race|ethnic\w*|marital\w*|married)($|[\W_\d])"
    r"|生年|誕生|出生|性別|婚姻|配偶者",
    re.IGNORECASE,
)
"""Names of columns that hold what people have, and shops, towns and goods have not."""
MOMENTS = re.compile(
    r"((day|week|month|quarter|year|hour|minute|date|time)s?|of|in|[\W_])+|[年月日時週]+", re.IGNORECASE
)
"""Names of columns that are parts of a moment, which hang together without being anybody's."""


@dataclass(frozen=True)
class SeveralRows:
    """By which columns several rows of one person are known.

    Attributes
    ----------
    key
        The columns that tell the people apart: an identifier, or one or several attributes.
    constant
        Other columns that hardly ever change within a person.
    identifiers
        The key, if it is an identifier, and other identifiers of the same people.
    neighbours
        Whether the key tells people apart only where their rows stand together in the file.
    """

    key: tuple[str, ...]
    constant: tuple[str, ...]
    identifiers: tuple[str, ...]
    neighbours: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns by which rows of one person are recognised."""
        return self.identifiers or self.key + self.constant

    def people(self, frame: pd.DataFrame) -> Codes:
        """Give each row the number of its person; a row with a gap in the key is a person of its own.

        Where neighbours tell people apart, the rows' order is that of the index, if it says where each stood.

        Returns
        -------
        array of int
            From 0 on. Shape (n_rows,).
        """
        if not self.neighbours:
            return self.by_key(frame)
        order, people = file_order(frame), np.empty(len(frame), np.intp)
        columns = columns_by_name(frame.iloc[order])
        people[order] = run_numbers([Coded.of(columns[name]).codes for name in self.key])
        return people

    def by_key(self, frame: pd.DataFrame) -> Codes:
        """Give each row a number that rows of the same key share, wherever they stand. Shape (n_rows,)."""
        return number_people(together([Coded.of(columns_by_name(frame)[name]) for name in self.key]).codes)

    def alike(self, frame: pd.DataFrame) -> float:
        """Return the share of people whose key somebody else has; 0 where the key tells people apart."""
        if not self.neighbours:
            return 0.0
        first = np.unique(self.people(frame), return_index=True)[1]
        return float(pd.Series(self.by_key(frame)[first]).duplicated(keep=False).mean())


def number_people(codes: Codes) -> Codes:
    """Give each row the number of its person by the codes of a key; one with -1 is a person of its own."""
    people, alone = codes.copy(), codes < 0
    people[alone] = codes.max(initial=-1) + 1 + np.arange(np.count_nonzero(alone))
    return people


def rows_by_person(frame: pd.DataFrame, person: str) -> SeveralRows:
    """Return by which columns several rows of one person are known, where somebody says it.

    Raises
    ------
    ArgumentError
        If there is no such column, or a value of it is missing.
    """
    check_name(person, list(map(str, frame.columns)), "person_unknown")
    key = columns_by_name(frame)[person]
    if missing := int(key.isna().sum()):
        raise ArgumentError("person_gaps", column=person, rows=missing)
    owner = pd.factorize(key)[0]
    constant = tuple(
        name
        for name, column in columns_by_name(frame).items()
        if name != person and is_constant_within(column, owner)
    )
    return SeveralRows((person,), constant, (person,))


def is_constant_within(column: Column, owner: Codes) -> bool:
    """Tell whether a column has one value within each person; a missing one is a value.

    Parameters
    ----------
    column
        Any column.
    owner
        The number of each row's person; none is left out. Shape (n_rows,).
    """
    try:
        codes, values = pd.factorize(column)
    except TypeError:  # lists and the like
        return False
    return len(np.unique(owner * (len(values) + 1) + codes + 1)) == int(owner.max(initial=-1)) + 1


def find_several_rows(frame: pd.DataFrame) -> SeveralRows | None:
    """Look for people who have several rows each.

    A column, or up to three together, then repeat in most rows, while other columns hardly ever change. The
    same is true of shops with their towns, or goods with their prices. A table counts as one of people if

    - the column's name says so (or it holds mail addresses), and there are at least 10; or else
    - at least 50 different ones are told apart (10 if a column that stays constant is named after what only
      people have, as a year of birth); at least two other columns stay constant that do not follow
      from each other (as a region does from a town) and that come together far more often than by chance;
      and one of them is named after what only people have, or at least half of all columns stay constant, or
      change slowly, or everybody has about as many rows, or there are at least three such columns from which
      the first follows, and most have several rows; or two or three columns that identify people are, with
      those that stay constant, at least half, or one is named so; and
      no column that is named after a place, goods, an organisation or a time says the same.

    Where no column says so, three columns or more may tell people apart together: the others change abruptly
    from each value of the first to its neighbours (`_Blocks.jumps`), no column follows from another one by a
    smooth rule, but each from all others together; together they form less than half of the combinations
    expected by chance, repeat in at least half of the rows, and are at least a third of all columns; and none
    of them is named after a thing and tells as much as the first.

    And where not even these tell people apart, their rows may stand together: see `columns_of_neighbours`.

    Rows that are equal throughout count once: they may be people who are alike.

    Parameters
    ----------
    frame
        Any table.

    Returns
    -------
    SeveralRows or None
        By which columns they are known; None if every row may be a person of its own.
    """
    columns = coded_columns(frame)
    if not columns:
        return None
    rows = ~pd.DataFrame({name: column.codes for name, column in columns.items()}).duplicated().to_numpy()
    table = _Table({name: column.at(rows) for name, column in columns.items()})
    found = (found for key in table.candidates() if (found := table.people_by(key)))
    best = max(
        found,
        key=lambda found: (bool(found.identifiers), len(found.key + found.constant), -len(found.key)),
        default=None,
    )
    return best or table.people_by_ties() or _people_by_neighbours(columns, file_order(frame))


def _people_by_neighbours(columns: Mapping[str, Coded], order: Codes) -> SeveralRows | None:
    """Look for people whose rows stand together, unless a column named after a thing tells as much."""
    columns = {name: column.at(order) for name, column in columns.items()}
    things = [name for name in columns if NAMES_THINGS.search(name)]
    names = [name for name in columns if name not in things and not MOMENTS.fullmatch(name)]
    key = columns_of_neighbours(columns, names)
    for thing in things:
        if all(agreement_within(columns[thing].codes, columns[name]) >= CONSTANT for name in key):
            return None
    return SeveralRows(key, (), (), neighbours=True) if key else None


@dataclass(frozen=True, eq=False)
class _Table:
    columns: Mapping[str, Coded]

    @property
    def rows(self) -> int:
        return len(next(iter(self.columns.values())).codes)

    @cached_property
    def has_attributes(self) -> bool:
        """Whether a column is named after what only people have."""
        return any(map(ATTRIBUTES.search, self.columns))

    def telling(self) -> list[str]:
        """Choose columns that may identify people together.

        In them, most rows share their value with another row. Columns of which a pair makes far fewer
        combinations than by chance come first, as attributes of people do and measurements of their visits do
        not; then those with most different values.
        """
        chance = {name: column.chance for name, column in self.columns.items() if column.repeats}
        names = sorted(chance, key=chance.__getitem__)[:PAIRED]
        pairs = [two for two in combinations(names, 2) if _rare_together([self.columns[n] for n in two])]
        together = {name for two in pairs for name in two}
        return sorted(names, key=lambda name: (name not in together, chance[name]))[:TELLING]

    def candidates(self) -> Iterator[tuple[str, ...]]:
        """Yield the columns, and sets of those with most to tell."""
        yield from ((name,) for name in self.columns)
        telling = self.telling()
        for size in range(2, MAX_TOGETHER + 1):
            yield from combinations(telling, size)

    def people_by(self, key: tuple[str, ...]) -> SeveralRows | None:
        """Tell whether these columns identify people who have several rows each."""
        first, alone = self.columns[key[0]], len(key) == 1
        named = alone and self._names_people(key[0])
        least = MIN_NAMED if named or self.has_attributes else MIN_PEOPLE
        if alone and (first.size < least or NAMES_THINGS.search(key[0])):
            return None
        times, look = self._look(key, least, None if alone else RARE_TOGETHER)
        if look is None:
            return None
        several = times > 1
        of_people = any(map(ATTRIBUTES.search, key + look.constant))
        if not named and not of_people and several.sum() < MIN_PEOPLE:
            return None
        whose = of_people or look.covered >= COVERED
        if named:
            written = not first.ordered and first.size >= MIN_PEOPLE
            good = bool(IDENTIFIES.fullmatch(key[0]) or first.mail or written or look.facts)
        elif look.is_thing:
            return None
        elif alone:
            even = times[several].var() < times[several].mean() / 2
            facts = [self.columns[name] for name in look.facts if not look.goes_along(name)]
            known = look.is_found_again and several.mean() > REPEATED_SHARE
            good = len(facts) > 1 and (whose or even or known) and _rare_together(facts)
        else:
            good = len(look.facts) > (not of_people) and whose and look.follows_both_ways
        if not good:
            return None
        identifies = named or (alone and (not first.ordered or first.dense))
        others = tuple(n for n in look.aliases if not self.columns[n].ordered or self._names_people(n))
        return SeveralRows(key, look.constant, key + others if identifies else ())

    def people_by_ties(self) -> SeveralRows | None:
        """Look for people who are told apart by several columns together, none of which is an identifier."""
        for key in sorted(self._tied(), key=len, reverse=True):
            if self._are_people(key):
                return SeveralRows(key, (), ())
        return None

    def _tied(self) -> Iterator[tuple[str, ...]]:
        """Yield sets of columns in which the others jump with single values of the first."""
        chance = {n: c.chance for n, c in self.columns.items() if c.repeats and not MOMENTS.fullmatch(n)}
        names = sorted(chance, key=chance.__getitem__)[:PAIRED]
        firsts = [n for n in names if self.columns[n].ordered][:TELLING]
        level = TIED_LEVEL / max(len(firsts) * len(names), 1)
        for first in firsts:
            blocks = _Blocks.of(self.columns[first])
            if blocks is None:
                continue
            jumps = {n: blocks.jumps(self.columns[n], level) for n in names if n != first}
            tied = [name for name, share in jumps.items() if share >= TIED]
            clear = {(first, name) for name in tied if jumps[name] >= TELLS_ALONE}
            yield self._known_again(not_following(self.columns, [first, *tied], clear))

    def _known_again(self, key: tuple[str, ...]) -> tuple[str, ...]:
        """Leave out columns that do not follow from all others, one by one; the first stays."""
        while len(key) >= MIN_TIED:
            agreement = {}
            for name in key[1:]:
                others = together([self.columns[other] for other in key if other != name])
                agreement[name] = agreement_within(others.codes, self.columns[name])
            worst = min(agreement, key=agreement.__getitem__)
            if agreement[worst] >= STABLE:
                break
            key = tuple(name for name in key if name != worst)
        return key

    def _are_people(self, key: tuple[str, ...]) -> bool:
        """Tell whether these columns, none of which identifies anything alone, tell people apart."""
        if len(key) < MIN_TIED:
            return False
        for thing in filter(NAMES_THINGS.search, key):
            follow = key[1:] if thing == key[0] else key[:1]
            if any(agreement_within(self.columns[thing].codes, self.columns[n]) >= CONSTANT for n in follow):
                return False
        of_people = any(map(ATTRIBUTES.search, key))
        _, look = self._look(key, MIN_NAMED if of_people else MIN_PEOPLE, RARE_TIED)
        if look is None or not (of_people or look.covered >= COVERED_TIED):
            return False
        known = self._not_computed(key)
        return known == key or self._are_people(self._known_again(known))

    def _not_computed(self, key: tuple[str, ...]) -> tuple[str, ...]:
        """Leave out columns that trees predict from the others for combinations of which they learned none.

        An amount follows from price and quantity so, a credit limit from age and town does not.
        """
        from sklearn.compose import make_column_transformer
        from sklearn.ensemble import ExtraTreesRegressor
        from sklearn.model_selection import KFold, cross_val_score
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import TargetEncoder

        parts = KFold(5, shuffle=True, random_state=0)
        known = pd.DataFrame({name: self.columns[name].codes for name in key}).drop_duplicates().rank()
        for name in key:
            others = known.drop(columns=name)
            if not self.columns[name].ordered or others.empty:
                continue
            unordered = [other for other in key if other in others and not self.columns[other].ordered]
            by_mean = TargetEncoder(target_type="continuous", cv=parts)
            encoded = make_column_transformer((by_mean, unordered), remainder="passthrough")
            trees = make_pipeline(encoded, ExtraTreesRegressor(30, random_state=0))
            if cross_val_score(trees, others, known[name], cv=parts).mean() >= CONSTANT:
                known = others
        return tuple(known.columns)

    def _look(
        self, key: tuple[str, ...], least: int, rare: float | None
    ) -> tuple[NDArray[np.intp], _Look | None]:
        """Count the rows of each group that a key makes, and look at some groups with several.

        There is nothing to look at if fewer than ``least`` groups have several rows, if these are less than
        half of all, or if the groups are not rarer than this share of those expected by chance.
        """
        columns = [self.columns[name] for name in key]
        groups = together(columns)
        times = np.bincount(groups.codes + 1, minlength=groups.size + 1)[1:]
        several = times > 1
        if several.sum() < least or times[several].sum() < REPEATED_SHARE * self.rows:
            return times, None
        if rare is not None and not _rare_together(columns, rare):
            return times, None
        rows = _some_groups(groups.codes, several)
        seen = {name: column.at(rows) for name, column in self.columns.items()}
        return times, _Look(seen, groups.codes[rows], key)

    def _names_people(self, name: str) -> bool:
        if self.columns[name].mail:
            return True
        return bool(NAMES_PEOPLE.fullmatch(name)) and not NAMES_THINGS.search(name)


@dataclass(frozen=True, eq=False)
class _Look:
    """What some rows say of a key.

    Attributes
    ----------
    columns
        All columns of these rows.
    people
        The people's numbers.
    key
        The key.
    """

    columns: Mapping[str, Coded]
    people: Codes
    key: tuple[str, ...]

    @cached_property
    def agreement(self) -> dict[str, float]:
        """How far each other column agrees within people."""
        return {n: agreement_within(self.people, c) for n, c in self.columns.items() if n not in self.key}

    @cached_property
    def constant(self) -> tuple[str, ...]:
        """Columns that hardly ever change within people, and would without any part of the key."""
        constant = [name for name, agreement in self.agreement.items() if agreement >= CONSTANT]
        if len(self.key) > 1:
            for part in combinations(self.key, len(self.key) - 1):
                by = together([self.columns[name] for name in part]).codes
                if any(agreement_within(by, self.columns[n]) >= CONSTANT for n in self.key if n not in part):
                    return ()
                constant = [name for name in constant if agreement_within(by, self.columns[name]) < CONSTANT]
        return tuple(constant)

    @property
    def covered(self) -> float:
        """Share of all columns that are the people's: constant or slowly changing."""
        stable = [
            n
            for n, a in self.agreement.items()
            if max(a, _intraclass(self.people, self.columns[n])) >= STABLE
        ]
        return len([*self.key, *stable]) / len(self.columns)

    @cached_property
    def each(self) -> dict[str, Coded]:
        """One row of each person."""
        first = np.unique(self.people, return_index=True)[1]
        return {name: column.at(first) for name, column in self.columns.items()}

    @cached_property
    def aliases(self) -> tuple[str, ...]:
        """Constant columns that say the same as the key: another identifier, or age and year of birth."""
        return tuple(n for n in self.constant if len(self.key) == 1 and self._same(self.key[0], n))

    @cached_property
    def facts(self) -> list[str]:
        """Constant columns that say something else, and do not follow from each other."""
        facts = [name for name in self.constant if name not in self.aliases]
        for one, other in permutations(tuple(facts), 2):
            if one in facts and other in facts and self._follows(other, one):
                facts.remove(other)
        return facts

    @property
    def is_found_again(self) -> bool:
        """Whether the key follows from many facts together, as a person does from several attributes."""
        if len(self.facts) < MANY_FACTS:
            return False
        by = together([self.columns[name] for name in self.facts]).codes
        return agreement_within(by, self.columns[self.key[0]]) >= CONSTANT

    @property
    def follows_both_ways(self) -> bool:
        """Whether a part of the key follows from the rest and a fact; what is computed follows one way."""
        for fact in self.facts:
            for part in self.key:
                by = together([self.columns[n] for n in (*self.key, fact) if n != part]).codes
                if agreement_within(by, self.columns[part]) >= CONSTANT:
                    return True
        return False

    @property
    def is_thing(self) -> bool:
        """Whether a column that is named after a thing tells as much as the key."""
        return any(
            all(
                agreement_within(self.columns[thing].codes, self.columns[name]) >= CONSTANT
                for name in self.key
            )
            for thing in self.constant
            if NAMES_THINGS.search(thing)
        )

    def _same(self, key: str, name: str) -> bool:
        one, other = self.each[key], self.each[name]
        if len(np.unique(other.codes)) < len(np.unique(one.codes)):
            return False
        if one.ordered and other.ordered:
            return abs(float(np.corrcoef(one.ranks, other.ranks)[0, 1])) > 0.999
        return not other.ordered or (other.dense and not one.ordered)

    def goes_along(self, name: str) -> bool:
        """Tell whether a column is computed from a key of one: it goes one way with it, or changes rarely.

        A tax goes up with the amount, and a size has a range of amounts. People are often numbered by year or
        town, so nothing is said of numbers without large gaps.
        """
        one, other = self.each[self.key[0]], self.each[name]
        if not one.ordered or one.dense:
            return False
        steps = np.diff(other.codes[np.argsort(one.codes)])
        back = min((steps < 0).mean(), (steps > 0).mean()) * 2 if other.ordered else (steps != 0).mean()
        return bool(back <= (1 - CONSTANT) * (1 - other.chance))

    def _follows(self, name: str, by: str) -> bool:
        times = np.bincount(self.each[by].codes + 1)
        return bool(times @ (times - 1) >= 2 * PAIRS) and (
            agreement_within(self.each[by].codes, self.each[name]) >= CONSTANT
        )


@dataclass(frozen=True, eq=False)
class _Blocks:
    """Rows in blocks of two neighbouring values of a column.

    Attributes
    ----------
    rows
        Those in blocks whose two values have at least two rows each.
    block, upper
        The block of each, and whether it has the larger value.
    times
        Rows of either value. Shape (blocks, 2).
    """

    rows: Codes
    block: Codes
    upper: Codes
    times: NDArray[np.intp]

    @classmethod
    def of(cls, column: Coded) -> _Blocks | None:
        """Return None if there are too few."""
        known = np.flatnonzero(column.codes >= 0)
        codes = column.codes[known]
        times = np.bincount(codes, minlength=column.size + column.size % 2).reshape(-1, 2)
        enough = times.min(axis=1) > 1
        if enough.sum() < MIN_BLOCKS:
            return None
        kept = enough[codes // 2]
        number = np.cumsum(enough) - 1
        return cls(known[kept], number[codes[kept] // 2], codes[kept] % 2, times[enough])

    def jumps(self, column: Coded, level: float) -> float:
        """How far another column changes from one value to the next, without a trend.

        Where neighbouring values are exchangeable, as along any smooth relation, so are the rows of a block
        (local permutation test). What belongs to few people jumps from value to value.

        Returns
        -------
        float
            Share of the column's variance, beyond chance: about 0 in smooth relations, and 1 if each value
            is that of one person; 0 if the p-value is not below ``level`` (chi-square).

        Notes
        -----
        I. Kim, M. Neykov, S. Balakrishnan and L. Wasserman, "Local permutation tests for conditional
        independence", Annals of Statistics 50(6), 2022.
        """
        from scipy.special import chdtrc

        rows = self.times.sum(axis=1)
        if column.ordered:
            ranks = column.ranks[self.rows] - column.ranks.mean()
            sums = np.bincount(self.block * 2 + self.upper, ranks, self.times.size).reshape(-1, 2)
            middle = sums.sum(axis=1) ** 2 / rows
            total = np.bincount(self.block, ranks**2) - middle
            between = (sums**2 / self.times).sum(axis=1) - middle
            variance = float(column.ranks.var())
        else:
            codes = self.block * (column.size + 1) + column.codes[self.rows] + 1
            cells, cell = np.unique(codes, return_inverse=True)
            counts = np.bincount(cell * 2 + self.upper, minlength=2 * len(cells)).reshape(-1, 2)
            block = cells // (column.size + 1)
            middle = np.bincount(block, counts.sum(axis=1) ** 2) / rows
            total = rows - middle
            between = np.bincount(block, (counts**2 / self.times[block]).sum(axis=1)) - middle
            variance = 1 - column.chance
        varies = total > VARIES * variance
        if not varies.any():
            return 0.0
        chance = total[varies] / (rows[varies] - 1)
        if chdtrc(len(chance), float((between[varies] / chance).sum())) >= level:
            return 0.0
        return 2 * float(between[varies].sum() - chance.sum()) / (variance * int(rows.sum()))


def _rare_together(columns: Sequence[Coded], share: float = RARE_TOGETHER) -> bool:
    """Tell whether there are far fewer combinations than if the columns had nothing to do with each other."""
    rng = np.random.default_rng(0)
    shuffled = together([column.shuffled(rng) for column in columns]).size
    return together(columns).size < share * shuffled


def _some_groups(groups: Codes, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Choose all rows of some of the wanted groups."""
    order = np.random.default_rng(0).permutation(np.flatnonzero(wanted))
    times = np.bincount(groups + 1, minlength=len(wanted) + 1)[1:]
    chosen = np.zeros(len(wanted) + 1, bool)
    chosen[order[: np.searchsorted(np.cumsum(times[order]), ROWS) + 1]] = True
    return chosen[groups]


def _intraclass(groups: Codes, column: Coded) -> float:
    """Return the share of the variance of ranks that lies between groups (intraclass correlation)."""
    if not column.ordered:
        return 0.0
    ranks, times = column.ranks, np.bincount(groups)
    within = (ranks - (np.bincount(groups, ranks) / np.maximum(times, 1))[groups]) ** 2
    spread = float(ranks.var())
    return 1 - float(within.sum()) / (len(groups) - np.count_nonzero(times)) / spread if spread else 0.0
