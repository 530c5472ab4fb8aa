"""Tell leaking synthetic tables from harmless ones: this project beside three others, with time and memory.

    uv run python benchmarks/evidence.py [FULL_TABLE.csv]

Five tables whose answer is known (`known_tables.py`) are given to this project's `assess`, to
the report of mostlyai-qa, to SDMetrics and to anonymeter, in turn, each in a fresh process; then leaks in
disguise (leaks.py). SDMetrics asks for an older pandas, so that uv runs it in an environment of its own.
Prints Markdown tables. An hour on two cores; with --disguised, the second half alone.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import psutil
from leaks import People, leak
from machine import describe_machine
from scipy.stats import binomtest, fisher_exact

from synth_handson import HANDS_ON_COLUMNS, load_bank_marketing, split_holdout, train_generator
from synth_handson.evidence.controls import known_tables as controls

ROWS = 5_000
LEVEL = 0.01
"""Where a tool asks whether a number is "significantly" too large, it is at this level: ours, too."""
LEAKING = {"good": False, "10 % planted": True, "jittered": True, "copied": True, "shuffled": False}
"""The five controls, and whether they leak."""
SMALL_LEAK = "1 % planted"
"""Not one of the five: a leak that is harder to find."""
AGAIN = "good again"
"""Other rows of the good generator: how much a tool's numbers vary where nothing differs."""
CONTROLS = (*LEAKING, SMALL_LEAK, AGAIN)
DISGUISED: dict[str, tuple[str, float]] = {
    "one category changed": ("one category changed", 1.0),
    "the same in 5 %": ("one category changed", 0.05),
    "half of the columns": ("half of the columns", 1.0),
    "four columns with the target": ("four columns with the target", 1.0),
    "numbers moved by .5 sd": ("numbers moved by .5 sd", 1.0),
    "one number by 1 % in 2 %": ("one number moved by 1 %", 0.02),
    "given the holdout, too": ("given the holdout, too", 1.0),
}
"""Leaks in disguise, and the share of the good generator's rows that they replace."""
SDMETRICS = "sdmetrics==0.32.0"
POLL_SECONDS = 0.25

Found = dict[str, Any]

START = """
import time
began = time.perf_counter()
import json, sys
import pandas as pd
folder, name = sys.argv[1:]
train, holdout, synthetic = (pd.read_csv(f"{folder}/{table}.csv") for table in ("train", "holdout", name))
def answer(**found):
    print(json.dumps(found | {"seconds": time.perf_counter() - began}))
"""

OURS = """
from synth_handson import assess
evidence = assess(synthetic, train=train, holdout=holdout, target="y")
found = {m.name: m.value for m in evidence.privacy.measures if m.name != "inference"}
c2st = next(m for m in evidence.fidelity.joint if m.name == "c2st_auc")
evidence.to_html()
answer(verdict=evidence.verdict, grade=evidence.grade.letter, c2st=c2st.value, rows=len(synthetic), **found)
"""

SHARED = """
from synth_handson.evidence.fidelity.c2st import c2st
from synth_handson.evidence.fidelity.statistics import assess_fidelity, match_schema
from synth_handson.evidence.privacy.membership import Neighbours, distance_measures
from synth_handson.evidence.three_tables import prepare_tables
tables = prepare_tables(synthetic, train, holdout)
auc = c2st(tables.synthetic, tables.train, tables.holdout, random_state=0)
assess_fidelity(tables, schema=match_schema(synthetic, train), c2st=auc, random_state=0)
distance_measures(Neighbours.of(tables, 0))
answer()
"""

MOSTLYAI_QA = """
from mostlyai import qa
reached = {}
def mark(completed, **_):
    reached[completed] = time.perf_counter() - began
qa.set_random_state(0)
_, metrics = qa.report(
    syn_tgt_data=synthetic, trn_tgt_data=train, hol_tgt_data=holdout,
    report_path=f"{folder}/report.html", update_progress=mark,
)
rows = min(len(train), len(holdout), len(synthetic))
answer(to_distances=reached[90], rows=rows, **metrics.model_dump())
"""

SDMETRICS_CODE = """
import numpy as np
from sdmetrics.reports import QualityReport
from sdmetrics.single_table import DCROverfittingProtection
def kind(column):
    return {"sdtype": "numerical" if pd.api.types.is_numeric_dtype(train[column]) else "categorical"}
metadata = {"tables": {"people": {"columns": {column: kind(column) for column in train.columns}}}}
report = QualityReport()
report.generate({"people": train}, {"people": synthetic}, metadata, verbose=False)
to_quality = time.perf_counter() - began
np.random.seed(0)
overfitting = DCROverfittingProtection.compute_breakdown(
    train, synthetic, holdout, metadata, "people", num_rows_subsample=len(synthetic)
)
answer(
    quality=report.get_score(), to_quality=to_quality, score=overfitting["score"], rows=len(synthetic),
    closer=overfitting["synthetic_data_percentages"]["closer_to_training"],
)
"""

EQUAL_SIZES = """
train = train.sample(len(holdout), random_state=0)
"""

ANONYMETER = """
import numpy as np
from anonymeter.evaluators import InferenceEvaluator, LinkabilityEvaluator, SinglingOutEvaluator
np.random.seed(0)
columns, tables = list(train.columns), {"ori": train, "syn": synthetic, "control": holdout}
alone = SinglingOutEvaluator(**tables, n_attacks=500, seed=0)
alone.evaluate(mode="univariate")
together = SinglingOutEvaluator(**tables, n_attacks=500, n_cols=4, seed=0)
together.evaluate(mode="multivariate")
halves = columns[::2], columns[1::2]
linked = LinkabilityEvaluator(**tables, n_attacks=2_000, aux_cols=halves, n_neighbors=10).evaluate()
evaluators = [alone, together, linked]
for secret in columns:
    known = [column for column in columns if column != secret]
    number = pd.api.types.is_numeric_dtype(train[secret])
    attack = InferenceEvaluator(**tables, aux_cols=known, secret=secret, regression=number, n_attacks=1_000)
    evaluators.append(attack.evaluate())
corrected = 1 - 2 * 0.01 / len(evaluators)
answer(
    lowest=[float(evaluator.risk().ci[0]) for evaluator in evaluators],
    corrected=[float(evaluator.risk(confidence_level=corrected).ci[0]) for evaluator in evaluators],
)
"""


@dataclass(frozen=True)
class Run:
    """What one call said, how long it took, and how much memory."""

    found: Found
    seconds: float
    megabytes: float


@dataclass
class Tool:
    """One evaluation: how to run it, and how to read it.

    Attributes
    ----------
    name, code, python
        What to run, and by which Python.
    leak
        Whether it shows a leak, by one or more readings of what it found.
    faithful
        Its number for fidelity, high for good; None if it has none.
    numbers
        What else to show.
    runs
        By control.
    """

    name: str
    code: str
    leak: dict[str, Callable[[Found], bool]]
    faithful: Callable[[Found], float] | None
    numbers: dict[str, Callable[[Found], str]]
    python: tuple[str, ...] = (sys.executable,)
    runs: dict[str, Run] = field(default_factory=dict)

    @property
    def tells_shuffled(self) -> bool:
        """Whether shuffled columns fare worse than the good generator, by more than its two draws differ."""
        if self.faithful is None:
            return False
        good, again, other = (self.faithful(self.runs[name].found) for name in ("good", AGAIN, "shuffled"))
        return min(good, again) - other > abs(good - again)

    @property
    def seconds(self) -> float:
        """Median time of a call."""
        return statistics.median(run.seconds for run in self.runs.values())


def significant(share: float, rows: int) -> bool:
    """Whether a share is significantly above one half: exact binomial test, one-sided."""
    return bool(binomtest(round(share * rows), rows, alternative="greater").pvalue < LEVEL)


def more_matches(distances: Found, rows: int) -> bool:
    """Whether significantly more rows match a training row than a holdout row: Fisher's exact test."""
    train, holdout = (round(distances[name] * rows) for name in ("ims_training", "ims_holdout"))
    test = fisher_exact([[train, rows - train], [holdout, rows - holdout]], alternative="greater")
    return bool(test.pvalue < LEVEL)


def anonymeter(name: str, code: str) -> Tool:
    """Take a risk for shown where its interval lies above 0: as it comes, or corrected for eleven risks."""
    shown = {
        "95 % intervals": lambda found: sum(low > 0 for low in found["lowest"]),
        "intervals corrected by us": lambda found: sum(low > 0 for low in found["corrected"]),
    }
    return Tool(
        name,
        code,
        {reading: lambda found, count=count: count(found) > 0 for reading, count in shown.items()},
        None,
        {f"risks above 0, {key}": lambda found, n=count: f"{n(found)} of 11" for key, count in shown.items()},
    )


TOOLS = (
    Tool(
        "ours",
        OURS,
        {
            "verdict is fail": lambda found: found["verdict"] == "fail",
            "verdict is fail or review": lambda found: found["verdict"] != "pass",
        },
        lambda found: -abs(found["c2st"] - 0.5),
        {
            "verdict": lambda found: found["verdict"],
            "identical rows": lambda found: f"{found['identical_rows']:.2%}",
            "DCR share": lambda found: f"{found['dcr_share']:.3f}",
            "attack, AUC": lambda found: f"{found['attack_auc']:.3f}",
            "C2ST, AUC": lambda found: f"{found['c2st']:.3f}",
        },
    ),
    Tool(
        "mostlyai-qa",
        MOSTLYAI_QA,
        {
            "DCR share or matches": lambda found: (
                significant(found["distances"]["dcr_share"], found["rows"])
                or more_matches(found["distances"], found["rows"])
            )
        },
        lambda found: found["accuracy"]["overall"],
        {
            "DCR share": lambda found: f"{found['distances']['dcr_share']:.3f}",
            "identical matches, training": lambda found: f"{found['distances']['ims_training']:.1%}",
            "identical matches, holdout": lambda found: f"{found['distances']['ims_holdout']:.1%}",
            "accuracy": lambda found: f"{found['accuracy']['overall']:.3f}",
            "discriminator, AUC": lambda f: f"{f['similarity']['discriminator_auc_training_synthetic']:.3f}",
        },
    ),
    Tool(
        "SDMetrics",
        SDMETRICS_CODE,
        {"DCROverfittingProtection": lambda found: significant(found["closer"], found["rows"])},
        lambda found: found["quality"],
        {
            "closer to training": lambda found: f"{found['closer']:.3f}",
            "DCROverfittingProtection": lambda found: f"{found['score']:.3f}",
            "quality score": lambda found: f"{found['quality']:.3f}",
        },
        ("uv", "run", "--no-project", "--with", SDMETRICS, "python"),
    ),
    anonymeter("anonymeter", ANONYMETER),
    anonymeter("anonymeter, as many training as holdout rows", EQUAL_SIZES + ANONYMETER),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("table", nargs="?", help="the full table as CSV; else what load_bank_marketing finds")
    parser.add_argument("--disguised", action="store_true", help="leaks in disguise and an honest table only")
    options = parser.parse_args()
    frame = load_bank_marketing().frame
    if options.table:
        frame = pd.read_csv(options.table)[list(HANDS_ON_COLUMNS)]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SYNTH_HANDSON_HOME"] = f"{folder}/home"
        for name, table in make_tables(frame).items():
            table.to_csv(f"{folder}/{name}.csv", index=False)
        for control in ("good", *DISGUISED) if options.disguised else (*CONTROLS, *DISGUISED):
            for tool in TOOLS:
                tool.runs[control] = run(tool.code, folder, control, tool.python)
                print(tool.name, control, tool.runs[control], file=sys.stderr, flush=True)
        shared = [] if options.disguised else [run(SHARED, folder, name).seconds for name in CONTROLS]
    print(description(frame))
    print_disguised()
    if not options.disguised:
        print_answers()
        print_costs()
        print_numbers()
        print_shared(statistics.median(shared))


def make_tables(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Train on the training part, once, and make the controls."""
    train, holdout = split_holdout(frame)
    generator = train_generator(train, target="y")
    good = generator.sample(ROWS)
    people = People(train, holdout, good, "y")
    return {
        **{name: leak(kind, people, ROWS, share, 0) for name, (kind, share) in DISGUISED.items()},
        "train": train,
        "holdout": holdout,
        "good": good,
        "10 % planted": controls.plant_rows(good, train, 0.1),
        "jittered": controls.jitter_rows(train, ROWS),
        "copied": controls.copy_rows(train, ROWS),
        "shuffled": controls.shuffle_columns(good),
        SMALL_LEAK: controls.plant_rows(good, train, 0.01),
        AGAIN: generator.sample(ROWS, random_state=1),
    }


def run(code: str, folder: str, control: str, python: tuple[str, ...] = (sys.executable,)) -> Run:
    """Run code on one control in a fresh process, and watch its memory."""
    command = [*python, "-W", "ignore", "-c", START + code, folder, control]
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    child = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    peaks = [0.0]
    watcher = threading.Thread(target=watch, args=(child, peaks))
    watcher.start()
    output, errors = child.communicate()
    watcher.join()
    if child.returncode:
        raise SystemExit(f"{' '.join(python)} ended with {child.returncode} on {control}.\n{errors}")
    found = json.loads(output.strip().splitlines()[-1])
    return Run(found, found["seconds"], max(peaks))


def watch(child: "subprocess.Popen[str]", peaks: list[float]) -> None:
    """Note the memory of the Python processes that belong to the child, shared pages counted once (Linux)."""
    while child.poll() is None:
        try:
            top = psutil.Process(child.pid)
            family = [p for p in (top, *top.children(recursive=True)) if p.name().startswith("python")]
            peaks.append(sum(resident_bytes(process) for process in family) / 1e6)
        except psutil.NoSuchProcess:
            pass
        time.sleep(POLL_SECONDS)


def resident_bytes(process: psutil.Process) -> int:
    memory = process.memory_full_info()
    return int(getattr(memory, "pss", memory.uss))


def description(frame: pd.DataFrame) -> str:
    machine = describe_machine("mostlyai-qa", "anonymeter", "scikit-learn", "pandas")
    rows = round(0.2 * len(frame))
    return f"""\
{ROWS:,} synthetic rows, {len(frame) - rows:,} training rows, {rows:,} holdout rows, columns \
{", ".join(frame.columns)}. {machine}, {SDMETRICS.replace("==", " ")}.
"""


def print_answers() -> None:
    head = ["tool: what counts as a leak", *LEAKING, "shuffled told from good", "all five", SMALL_LEAK]
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for tool in TOOLS:
        for reading, shows in tool.leak.items():
            said = {control: shows(tool.runs[control].found) for control in LEAKING}
            told = "not measured" if tool.faithful is None else "✓" if tool.tells_shuffled else "✗"
            cells = [
                f"{tool.name}: {reading}",
                *(answer(said[control], leaking) for control, leaking in LEAKING.items()),
                told,
                "yes" if said == LEAKING and tool.tells_shuffled else "no",
                answer(shows(tool.runs[SMALL_LEAK].found), True),
            ]
            print(f"| {' | '.join(cells)} |")


def print_disguised() -> None:
    """Say who finds which leak in disguise, and accuses no honest table."""
    head = ["leaks in disguise", "good", *DISGUISED, "all"]
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for tool in TOOLS:
        for reading, shows in tool.leak.items():
            said = {name: shows(tool.runs[name].found) for name in ("good", *DISGUISED)}
            right = {name: shown == (name != "good") for name, shown in said.items()}
            cells = [answer(shown, name != "good") for name, shown in said.items()]
            cells = [f"{tool.name}: {reading}", *cells, "yes" if all(right.values()) else "no"]
            print(f"| {' | '.join(cells)} |")
    print()


def answer(said: bool, leaking: bool) -> str:
    return f"{'✓' if said == leaking else '✗'} {'leak' if said else 'no leak'}"


def print_costs() -> None:
    print("\n| tool | time, s (range) | × ours | memory, MB | × ours |\n|---|---:|---:|---:|---:|")
    memory = {tool.name: max(run.megabytes for run in tool.runs.values()) for tool in TOOLS}
    for tool in TOOLS:
        times = [run.seconds for run in tool.runs.values()]
        cells = [
            tool.name,
            f"{tool.seconds:.0f} ({min(times):.0f}–{max(times):.0f})",
            f"{tool.seconds / TOOLS[0].seconds:.1f}",
            f"{memory[tool.name]:,.0f}",
            f"{memory[tool.name] / memory[TOOLS[0].name]:.1f}",
        ]
        print(f"| {' | '.join(cells)} |")


def print_numbers() -> None:
    print(f"\n| what they showed | {' | '.join(CONTROLS)} |\n|---|{'---:|' * len(CONTROLS)}")
    for tool in TOOLS:
        for number, show in tool.numbers.items():
            values = [show(tool.runs[control].found) for control in CONTROLS]
            print(f"| {tool.name}: {number} | {' | '.join(values)} |")


def print_shared(ours: float) -> None:
    """Compare the time for what the others measure, too: columns, pairs, C2ST and distances."""
    of_mostlyai, of_sdmetrics = (tool.runs.values() for tool in TOOLS[1:3])
    times = {
        "ours: columns, pairs, C2ST, distances": ours,
        "mostlyai-qa: the same, without the report's HTML": statistics.median(
            run.found["to_distances"] for run in of_mostlyai
        ),
        "mostlyai-qa: whole report": TOOLS[1].seconds,
        "SDMetrics, QualityReport: columns and pairs only": statistics.median(
            run.found["to_quality"] for run in of_sdmetrics
        ),
    }
    print("\n| the measures they share | time, s | × ours |\n|---|---:|---:|")
    for name, seconds in times.items():
        print(f"| {name} | {seconds:.1f} | {seconds / ours:.1f} |")


if __name__ == "__main__":
    main()
