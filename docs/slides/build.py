"""Write the slides and the take-home in both languages, with the library's own charts and numbers.

uv run --with vl-convert-python python docs/slides/build.py
"""

import shutil
import subprocess
import sys
from pathlib import Path

from synth_handson import compare_columns
from synth_handson.locales import LANGUAGES
from synth_handson.metrics.bins import column_shares
from synth_handson.notebook.bundled import bundled_findings, bundled_tables
from synth_handson.notebook.exercises.take_home import take_home
from synth_handson.presentation.charts import distribution_chart
from synth_handson.presentation.evidence_charts import simulation_chart
from synth_handson.presentation.words import Wording, percent

HERE = Path(__file__).parent
BUILD = HERE / "build"
MARP = "@marp-team/marp-cli@4"


def numbers() -> dict[str, str]:
    """Return what the slides' placeholders stand for."""
    found, tables, words = bundled_findings(), bundled_tables(), Wording("en")
    age = compare_columns(tables.train, tables.holdout, tables.synthetic)[0]
    c2st = next(m for m in found.evidence.fidelity.joint if m.name == "c2st_auc")
    identical = next(m for m in found.evidence.privacy.measures if m.name == "identical_rows")
    nothing, everybody = found.simulation("planted", 0.0), found.simulation("disguised", 1.0)
    assert c2st.value and nothing and everybody
    verdict = found.evidence.privacy.verdict
    return {
        "age": f"{age.synthetic:.3f}",
        "age_holdout": f"{age.holdout:.3f}",
        "c2st": f"{c2st.value:.3f}",
        "naive_holdout": f"{nothing.naive.holdout:.3f}",
        "naive_synthetic": f"{nothing.naive.synthetic:.3f}",
        "naive_disguised": f"{everybody.naive.synthetic:.3f}",
        "identical": words.value(identical).value,
        "identical_holdout": words.reference(identical).value,
        "tests": str(verdict.tests),
        "smallest": percent(verdict.smallest_detectable_leak or 0.0, 0),
    }


def main() -> None:
    """Write everything to ``build``."""
    if shutil.which("npx") is None:
        sys.exit("The slides are made by Marp, which needs npx: install Node.js first.")
    BUILD.mkdir(exist_ok=True)
    tables, found, filled = bundled_tables(), bundled_findings(), numbers()
    columns = tuple(map(str, tables.train))
    for language in LANGUAGES:
        shares = column_shares(tables.train, tables.synthetic, "age")
        distribution_chart(shares, language, columns).properties(width=720, height=300).save(
            BUILD / f"age-{language}.svg"
        )
        simulation_chart(found.series("disguised"), language).properties(width=620).save(
            BUILD / f"leak-{language}.svg"
        )
        text = (HERE / f"{language}.md").read_text(encoding="utf-8")
        for name, value in filled.items():
            text = text.replace(f"{{{name}}}", value)
        (BUILD / f"slides-{language}.md").write_text(text, encoding="utf-8")
        (BUILD / f"take-home-{language}.html").write_text(take_home((), {}, language), encoding="utf-8")
        source, target = (BUILD / f"slides-{language}.{kind}" for kind in ("md", "html"))
        subprocess.run(["npx", "--yes", MARP, str(source), "--output", str(target)], check=True)


main()
