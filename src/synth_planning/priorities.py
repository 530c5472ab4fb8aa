"""Priorities: features by RICE and MoSCoW, and the minimum viable product."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import Field

from synth_planning.entries import Entry, Line, Number, Score, Text
from synth_planning.errors import ArgumentError

MoSCoW = Literal["must", "should", "could", "wont"]
MOSCOW: tuple[MoSCoW, ...] = get_args(MoSCoW)
Status = Literal["backlog", "in progress", "done"]


class Feature(Entry):
    """Something that a product can do.

    Attributes
    ----------
    name, description
        What it is called, and what it is.
    moscow
        "must", "should", "could" or "wont" (not this time).
    effort
        Hours it takes, above 0.
    reach, impact, confidence
        How many it reaches, how much it does for each, and how sure that is, from 1 to 10.
    status
        "backlog", "in progress" or "done".
    """

    name: Line
    description: Text = ""
    moscow: MoSCoW
    effort: Annotated[Number, Field(gt=0, le=1_000_000)]
    reach: Score
    impact: Score
    confidence: Score
    status: Status = "backlog"

    @property
    def rice(self) -> float:
        """Reach × impact × confidence / effort, confidence as a share (8 is 80 %); larger comes first.

        Notes
        -----
        RICE: S. McBride, "RICE: Simple prioritization for product managers", Intercom, 2016. There, reach
        counts people in a time and effort is in person-months; with other units, the order alone counts.
        """
        return self.reach * self.impact * self.confidence / (10 * self.effort)


def by_rice(features: Iterable[Feature]) -> list[Feature]:
    """Sort features by RICE, the largest first; ties by effort, then by name."""
    return sorted(features, key=lambda feature: (-feature.rice, feature.effort, feature.name, feature.id))


def by_moscow(features: Iterable[Feature]) -> dict[MoSCoW, list[Feature]]:
    """Group features as must, should, could and won't, each group by RICE.

    Notes
    -----
    MoSCoW: D. Clegg and R. Barker, "Case Method Fast-Track: A RAD Approach", 1994.
    """
    ordered = by_rice(features)
    return {group: [feature for feature in ordered if feature.moscow == group] for group in MOSCOW}


@dataclass(frozen=True)
class MVP:
    """The minimum viable product.

    Attributes
    ----------
    features
        Every must, then what else fits, by RICE.
    hours
        What they take together.
    available
        Hours that there are.
    left_out
        Should and could that do not fit, by RICE.
    """

    features: tuple[Feature, ...]
    hours: float
    available: float
    left_out: tuple[Feature, ...]

    @property
    def fits(self) -> bool:
        """Whether the hours suffice for every must."""
        return self.hours <= self.available

    @property
    def completion(self) -> float | None:
        """Share of its features done, 0 to 1; None if it has none."""
        return completion(self.features)


def mvp(features: Iterable[Feature], hours: float) -> MVP:
    """Choose the features of the minimum viable product: every must, and by RICE what else fits.

    Parameters
    ----------
    features
        All features; "wont" ones are never chosen.
    hours
        Hours that there are, at least 0. One that does not fit is passed over, and smaller ones after it may
        fit.

    Raises
    ------
    ArgumentError
        If the hours are no number of at least 0.
    """
    if not isinstance(hours, int | float) or isinstance(hours, bool) or not 0 <= hours < float("inf"):
        raise ArgumentError("hours", hours=hours)
    groups = by_moscow(features)
    chosen = groups["must"]
    taken = sum(feature.effort for feature in chosen)
    left_out = []
    for feature in by_rice([*groups["should"], *groups["could"]]):
        if taken + feature.effort <= hours:
            chosen.append(feature)
            taken += feature.effort
        else:
            left_out.append(feature)
    return MVP(tuple(chosen), taken, float(hours), tuple(left_out))


def completion(features: Iterable[Feature]) -> float | None:
    """Return the share of features done, 0 to 1, without "wont"; None without features."""
    counted = [feature.status == "done" for feature in features if feature.moscow != "wont"]
    return sum(counted) / len(counted) if counted else None
