"""Who can be found in the synthetic table, and what the tests would have noticed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial
from math import ceil

import numpy as np

from synth_handson.evidence.controls.leak_simulation import LeakSimulation
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.detection_power import POWER
from synth_handson.evidence.privacy.overview import Privacy
from synth_handson.evidence.verdict import Verdict, noticed
from synth_handson.locales import Counted, Language, get_text, get_text_of
from synth_handson.metrics.arrays import Floats
from synth_handson.metrics.bins import Bin, DistanceShares
from synth_handson.palette import HOLDOUT, SYNTHETIC
from synth_handson.presentation.pictures.draw import WIDTH, Picture, dots, drawing, text
from synth_handson.presentation.words import Wording, chance, percent

PER_THOUSAND = 1_000
"""Dots in crowds and strips, whatever the size of the table."""
WIDEST = 0.2
"""Smallest share of the rows at which the picture of the alarm ends."""
ALARM = "#1c7a45"
FINDERS = (
    "subset_matches", "subset_matches_binned", "transformed_matches", "profile_matches", "key_matches",
    "event_matches", "event_matches_2", "event_matches_3", "event_matches_4", "attribution", "rare_words",
)  # fmt: skip
"""Measures that are shares of people found, among training people and among the holdout's."""


def crowds(
    measures: Iterable[Measure],
    alarmed: Collection[str],
    language: Language,
    *,
    quiet: bool,
    example: bool = False,
    counted: Counted = "",
) -> Picture | None:
    """Draw two crowds of 1,000 dots: who can be picked out among training people, and among unseen ones.

    Draws the measure of people found that comes closest to an alarm.

    Parameters
    ----------
    measures
        Measures of privacy, or of a simulated leak.
    alarmed
        Names of those that show a leak, corrected for their number.
    language
        "ja" or "en".
    quiet
        Whether nothing else speaks for a leak either: only then the title says that there is no difference.
    example
        Whether they are about a table that was made to leak, for comparison.
    counted
        What a row stands for, if not for a person as usual.

    Returns
    -------
    Picture or None
        None where no measure counts people found.
    """
    found = [(m.p_value, m) for m in measures if m.name in FINDERS and m.value is not None]
    tested = [(p, m) for p, m in found if p is not None]
    if not tested:
        return None
    translate = partial(get_text_of, language, counted)
    p, shown = min(tested, key=lambda one: one[0])
    inside, outside = (round(PER_THOUSAND * (share or 0.0)) for share in (shown.value, shown.reference))
    drawn = "".join(
        text(left, 14, translate(f"pictures.crowds_{name}", count=count)) + _thousand(left, count)
        for left, name, count in ((0, "train", inside), (250, "holdout", outside))
    )
    if example:
        key = "example"
    elif shown.name in alarmed:
        key = "found" if (shown.value or 0.0) > (shown.reference or 0.0) else "avoided"
    else:
        key = "same" if quiet else "unsettled"
    title = translate(f"pictures.crowds_{key}", train=inside, holdout=outside)
    note = translate(
        "pictures.crowds_note", measure=Wording(language).name(shown), chance=chance(p, language)
    )
    return Picture(title, drawing(drawn, 176, f"{title}. {note}"), note)


def copy_zone(shares: DistanceShares, language: Language, counted: Counted = "") -> Picture:
    """Draw strips of the distances to the closest training row, with the zone of copies in red.

    Parameters
    ----------
    shares
        From `synth_handson.distance_shares`.
    language
        "ja" or "en".
    counted
        What a row stands for, if not for a person as usual.
    """
    translate = partial(get_text_of, language, counted)
    ranges = [n for n, bin_ in enumerate(shares.bins) if bin_.kind == "range"]
    end = max(shares.bins[n].upper or 0.0 for n in ranges)
    edge = shares.bins[ranges[0]].upper or 0.0
    zone = f'width="{464 * edge / end:.1f}" height="166" fill="{SYNTHETIC}" fill-opacity=".2"'
    drawn = [f'<rect x="8" y="20" {zone}/>']
    near = []
    for top, parts, colour, name in (
        (20, shares.synthetic, SYNTHETIC, "synthetic"),
        (108, shares.holdout, HOLDOUT, "holdout"),
    ):
        near.append(round(PER_THOUSAND * parts[ranges[0]]))
        x = np.concatenate([_spread(shares.bins[n], round(PER_THOUSAND * parts[n])) for n in ranges])
        y = np.random.default_rng(0).uniform(top + 6, top + 72, len(x))
        drawn.append(dots(8 + 464 * x / end, y, 3, colour, 0.55))
        drawn.append(text(WIDTH, top + 12, translate(f"pictures.zone_{name}", count=near[-1]), "end"))
    drawn.append(f'<path d="M8 190H472" stroke="#8889"/>{text(8, 204, "0")}')
    drawn.append(text(WIDTH, 204, translate("pictures.zone_axis"), "end"))
    title = translate("pictures.zone", synthetic=near[0], holdout=near[1])
    note = translate("pictures.zone_note", edge=f"{edge:g}")
    return Picture(title, drawing("".join(drawn), 208, f"{title}. {note}"), note)


def alarm(verdict: Verdict, language: Language, counted: Counted = "") -> Picture:
    """Draw the number of hidden people from which on the tests sound, for each disguise tried.

    Parameters
    ----------
    verdict
        With the smallest leaks that would have been noticed.
    language
        "ja" or "en".
    counted
        What a row stands for, if not for a person as usual.
    """
    translate = partial(get_text_of, language, counted)
    tried = {
        "copied": verdict.smallest_detectable_leak,
        "changed": verdict.smallest_detectable_changed,
        "other": None,
    }
    end = max([WIDEST, *(2 * least for least in tried.values() if least is not None)])
    drawn, said = [], []
    for n, (name, least) in enumerate(tried.items()):
        y = 44 * n
        start = WIDTH if least is None else WIDTH * min(least, end) / end
        count = None if least is None else _at_least(least)
        label = translate("pictures.alarm_none" if count is None else "pictures.alarm_from", count=count)
        said.append(f"{translate(f'pictures.alarm_{name}')}: {label}")
        drawn.append(
            text(0, y + 13, translate(f"pictures.alarm_{name}")) + text(WIDTH, y + 13, label, "end")
            + f'<rect y="{y + 18}" width="{start:.1f}" height="16" fill="#8885"/>'
            f'<rect x="{start:.1f}" y="{y + 18}" width="{WIDTH - start:.1f}" height="16" fill="{ALARM}"/>'
        )  # fmt: skip
    axis = text(0, 146, "0") + text(
        WIDTH, 146, translate("pictures.alarm_axis", count=round(PER_THOUSAND * end)), "end"
    )
    least = tried["copied"]
    key = "alarm_blind" if least is None else "alarm"
    title = translate(f"pictures.{key}", count=_at_least(least or 0.0))
    return Picture(
        title,
        drawing("".join(drawn) + axis, 150, "; ".join(said)),
        translate("pictures.alarm_note", power=percent(POWER)),
    )


def _at_least(share: float) -> int:
    """Return people in 1,000, rounded up, so that the alarm does sound."""
    return ceil(round(PER_THOUSAND * share, 6))


def people_found(privacy: Privacy, language: Language, counted: Counted = "") -> Picture | None:
    """Draw `crowds` of what was measured; None where no measure counts people found."""
    shown = {m.name for m, _ in noticed(privacy.measures)}
    return crowds(privacy.measures, shown, language, quiet=privacy.verdict.outcome == "pass", counted=counted)


def three(privacy: Privacy, language: Language, counted: Counted = "") -> tuple[Picture, ...]:
    """Draw the three pictures for the decision maker: two crowds, the copy zone and the tested alarm."""
    found = people_found(privacy, language, counted)
    rest = copy_zone(privacy.distances, language, counted), alarm(privacy.verdict, language, counted)
    return rest if found is None else (found, *rest)


def lamps(simulation: LeakSimulation, language: Language) -> Picture:
    """Draw a lamp for each test, lit if it notices a simulated leak."""
    words = Wording(language)
    tested = [m for m in simulation.measures if m.p_value is not None]
    drawn = []
    for n, m in enumerate(tested):
        x, y, lit = 250 * (n % 2), 26 * (n // 2) + 14, m.name in simulation.noticed
        fill = SYNTHETIC if lit else "none"
        rays = (
            f'<path d="M{x + 10} {y - 11}v-3M{x - 1} {y}h-3M{x + 21} {y}h3" stroke="{SYNTHETIC}"/>'
            if lit
            else ""
        )
        drawn.append(
            f'<circle cx="{x + 10}" cy="{y}" r="8" fill="{fill}" stroke="#888" stroke-width="1.5"/>{rays}'
        )
        drawn.append(text(x + 26, y + 4, words.text(f"leak_simulation.short_{m.name}")))
    key = "lamps_none" if simulation.leaking == 0 else "lamps"
    title = get_text(language, f"pictures.{key}", lit=len(simulation.noticed), tests=len(tested))
    height = 26 * ((len(tested) + 1) // 2) + 4
    return Picture(title, drawing("".join(drawn), height, title))


def _thousand(left: int, red: int) -> str:
    """Draw 1,000 dots, 40 across; red ones are larger, and a smaller set is part of a larger one."""
    lines = "".join(f"M{left + 3} {28 + 6 * row}h230" for row in range(25))
    dashes = 'stroke-width="2" stroke-linecap="round" stroke-dasharray="0 5.8"'
    grey = f'<path d="{lines}" stroke="{HOLDOUT}" {dashes}/>'
    chosen = np.random.default_rng(0).permutation(PER_THOUSAND)[:red]
    rows, places = np.divmod(chosen.astype(float), 40)
    return grey + dots(left + 3 + 5.8 * places, 28 + 6 * rows, 5.4, SYNTHETIC, 1)


def _spread(bin_: Bin, count: int) -> Floats:
    """Spread dots evenly over a bin."""
    return np.linspace(bin_.lower or 0.0, bin_.upper or 0.0, count + 2)[1:-1]
