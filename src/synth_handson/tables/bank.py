"""Load the Bank Marketing table: from UCI, the cache, or the sample that comes with the project."""

import contextlib
import gzip
import io
import json
import os
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import pandas as pd

from synth_handson.errors import ArgumentError, DataUnavailableError, SynthHandsonError, problem
from synth_handson.locales import Language, Message, get_text
from synth_handson.paths import bundled, home
from synth_handson.tables.checks import check_name
from synth_handson.tables.split import HELD_OUT

HANDS_ON_COLUMNS = ("age", "job", "balance", "housing", "loan", "duration", "campaign", "y")
"""The eight columns of the hands-on."""

ALL_COLUMNS = (
    *("age", "job", "marital", "education", "default", "balance", "housing", "loan", "contact"),
    *("day", "month", "duration", "campaign", "pdays", "previous", "poutcome", "y"),
)
"""The seventeen columns of the original, in its order."""

NUMERIC_COLUMNS = frozenset({"age", "balance", "day", "duration", "campaign", "pdays", "previous"})
UNITS = {
    "age": "years",
    "balance": "euros",
    "duration": "seconds",
    "campaign": "contacts",
    "previous": "contacts",
    "day": "days",
}
"""Units of its numbers. ``pdays`` has none: its -1 stands for "never", not for a day."""
MAYBE_UNKNOWN = ("job", "education", "contact", "poutcome")
"""Columns whose "unknown" UCI delivers as a missing value."""

UCI_ROWS = 45_211
UCI_SILENCE_SECONDS = 5.0
"""Seconds that UCI may stay silent."""
UCI_TOTAL_SECONDS = 15.0
"""Seconds that a download may take in all."""

TARGET = "y"
"""The column that the vendor in the story should predict."""

Source = Literal["cache", "uci", "bundled"]
RequestedSource = Literal["auto", "uci", "bundled"]


class UciUnavailableError(DataUnavailableError):
    """UCI did not deliver the table; ``why`` says it in a few words."""

    def __init__(self, why: Message) -> None:
        super().__init__("uci_unavailable")
        self.why = why

    def message(self, language: Language = "en") -> str:
        """Say why, and what to do."""
        return get_text(language, f"errors.{self.key}", why=self.why.render(language))


def is_bank_marketing(columns: Iterable[object]) -> bool:
    """Tell by its columns whether a table is Bank Marketing's: some of its own, the target among them."""
    names = set(columns)
    return TARGET in names and names <= set(ALL_COLUMNS)


FACTS = ("age", "job", "balance")


@dataclass(frozen=True, eq=False)
class Dataset:
    """A table, and where it came from.

    Parameters
    ----------
    frame
        The table, one row per customer.
    source
        "cache" and "uci" are the full table, "bundled" is UCI's own sample of a tenth of it.
    why_not_uci
        Why the bundled sample had to stand in for the full table; None where it did not.
    """

    frame: pd.DataFrame
    source: Source
    why_not_uci: Message | None = None

    @property
    def target(self) -> str | None:
        """The column that the vendor is to predict, where it is among the columns."""
        return TARGET if TARGET in self.frame else None

    @property
    def fraction(self) -> float:
        """Share of the rows that is held out."""
        return HELD_OUT

    @property
    def person(self) -> str | None:
        """The column that tells people apart who have several rows: none, as each row is somebody else."""
        return None

    @property
    def facts(self) -> list[str]:
        """What a colleague may know of a customer."""
        return [name for name in FACTS if name in self.frame]


def load_bank_marketing(
    source: RequestedSource = "auto", columns: Sequence[str] | None = HANDS_ON_COLUMNS
) -> Dataset:
    """Load the Bank Marketing table, in the original's names, values and dtypes wherever it comes from.

    Parameters
    ----------
    source
        "auto" takes the full table from the cache, else from UCI, else the bundled sample. "uci" fetches the
        full table afresh and renews the cache. "bundled" reads the sample that comes with the project.
    columns
        Which columns, in this order; None for all 17.

    Returns
    -------
    Dataset
        45,211 rows, or the 4,521 of the bundled sample; numbers as int64, text as str, nothing missing.

    Raises
    ------
    ArgumentError
        If there is no such source or column.
    DataUnavailableError
        If "uci" was asked for and did not deliver the table within a few seconds, or the sample is not there.

    References
    ----------
    S. Moro, P. Rita, P. Cortez (2014): Bank Marketing. UCI Machine Learning Repository, doi:10.24432/C5K306.
    """
    if source not in get_args(RequestedSource):
        raise ArgumentError("unknown_source", source=source, sources=", ".join(get_args(RequestedSource)))
    names = _known_columns(columns)
    loaded = _load(source)
    return Dataset(loaded.frame[names], loaded.source, loaded.why_not_uci)


def _known_columns(columns: Sequence[str] | None) -> list[str]:
    if columns is None:
        return list(ALL_COLUMNS)
    if not isinstance(columns, Iterable):
        raise ArgumentError("unknown_column", column=columns, close=", ".join(ALL_COLUMNS))
    names = [columns] if isinstance(columns, str) else list(columns)
    for name in names:
        check_name(name, ALL_COLUMNS, "unknown_column")
    return list(dict.fromkeys(names))


def _load(source: RequestedSource) -> Dataset:
    if source == "bundled":
        return Dataset(_read_bundled(), "bundled")
    if source == "auto" and (cached := _read_cache()) is not None:
        return Dataset(cached, "cache")
    try:
        frame = _as_original(_ask_uci())
        _check_full(frame)
    except UciUnavailableError as error:
        if source == "uci":
            raise
        return Dataset(_read_bundled(), "bundled", error.why)
    _write_cache(frame)
    return Dataset(frame, "uci")


def _read_bundled() -> pd.DataFrame:
    path = bundled("bank.csv")
    try:
        return pd.read_csv(path)
    except FileNotFoundError:
        raise DataUnavailableError("bundled_missing", path=path) from None


def _ask_uci() -> pd.DataFrame:
    # A process, because a hanging download can be ended in no other way.
    script = Path(__file__).with_name("uci_process.py")
    try:
        child = subprocess.run(
            [sys.executable, "-P", script, str(UCI_SILENCE_SECONDS)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=UCI_TOTAL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UciUnavailableError(problem("uci_timeout", {"seconds": UCI_TOTAL_SECONDS})) from None
    if child.returncode == 0:
        frame: pd.DataFrame = pd.read_pickle(io.BytesIO(child.stdout))
        return frame
    try:
        key, details = json.loads(child.stdout)
    except ValueError:
        key, details = "uci_unreachable", {"reason": f"exit status {child.returncode}"}
    raise UciUnavailableError(problem(key, details))


def _as_original(frame: pd.DataFrame) -> pd.DataFrame:
    """Give UCI's table its original names, values and order; one with other columns stays as it is."""
    frame = frame.rename(columns={"day_of_week": "day"})
    if set(frame.columns) != set(ALL_COLUMNS):
        return frame
    unknown = dict.fromkeys(MAYBE_UNKNOWN, "unknown")
    return frame[list(ALL_COLUMNS)].astype(dict.fromkeys(MAYBE_UNKNOWN, "str")).fillna(unknown)


def _check_full(frame: pd.DataFrame) -> None:
    if frame.shape != (UCI_ROWS, len(ALL_COLUMNS)):
        raise UciUnavailableError(problem("uci_shape", {"rows": len(frame), "columns": frame.shape[1]}))
    numeric = set(frame.select_dtypes("int64").columns)
    complete = tuple(frame.columns) == ALL_COLUMNS and not frame.isna().any(axis=None)
    # An answer cut off within the last value has the right shape.
    if not complete or numeric != NUMERIC_COLUMNS or set(frame["y"]) != {"yes", "no"}:
        raise UciUnavailableError(problem("uci_garbled"))


def _cache_path() -> Path:
    return home() / "bank-full.csv.gz"


def _read_cache() -> pd.DataFrame | None:
    """Read the cached table; one that is damaged is removed, as if there had been none."""
    # gzip ends with a checksum, so that neither a cut nor a flipped bit goes unnoticed.
    try:
        frame = pd.read_csv(io.BytesIO(gzip.decompress(_cache_path().read_bytes())))
        _check_full(frame)
        return frame
    except FileNotFoundError:
        return None
    except (OSError, EOFError, ValueError, zlib.error, SynthHandsonError):
        with contextlib.suppress(OSError, SynthHandsonError):
            _cache_path().unlink()
        return None


def _write_cache(frame: pd.DataFrame) -> None:
    # Without a cache the next start is slower, which is no reason to fail this one.
    with contextlib.suppress(OSError, SynthHandsonError):
        path = _cache_path()
        content = gzip.compress(frame.to_csv(index=False).encode(), compresslevel=6)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            # Another process sees the old file or the whole new one.
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
