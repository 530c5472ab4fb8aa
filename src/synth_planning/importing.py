"""Entries of a file come into a store, and what became of them is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from synth_planning.doubles import doubles_of
from synth_planning.entries import Entry
from synth_planning.plan import Plan, key_of
from synth_planning.store import Store


@dataclass(frozen=True)
class Imported:
    """What became of a file's entries.

    Attributes
    ----------
    new, changed, same
        How many were added, changed, and there before.
    doubles
        What seems to be there twice now, of which one came with the file.
    """

    new: int
    changed: int
    same: int
    doubles: list[tuple[Entry, ...]]


def import_entries(store: Store, read: Callable[[Plan], Sequence[Entry]]) -> Imported:
    """Put entries into a store, all or nothing.

    Parameters
    ----------
    store
        Where to.
    read
        Reads them, given the plan that they are added to.

    Raises
    ------
    PlanningError
        As ``read`` and `Store.save`.
    """
    there = store.plan()
    before = {key_of(entry): entry for entry in there}
    kept = store.save(*read(there), restoring=True)
    found = [before.get(key_of(entry)) for entry in kept]
    moved = [entry for old, entry in zip(found, kept, strict=True) if old != entry]
    new = found.count(None)
    return Imported(new, len(moved) - new, len(kept) - len(moved), doubles_of(store.plan(), moved))
