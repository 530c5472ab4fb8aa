"""The public names, which `synth_handson` itself hands on."""

from synth_handson.comparison import EngineComparison, Trial, compare_engines
from synth_handson.errors import (
    ArgumentError,
    DataUnavailableError,
    LeakError,
    LicenceNotice,
    ServerError,
    SynthHandsonError,
    TableError,
    TrainingCancelled,
    TrainingError,
)
from synth_handson.evidence.assessment import Evidence, Step, assess
from synth_handson.evidence.fidelity.statistics import compare_columns
from synth_handson.evidence.privacy.dcr import (
    ClosestRecords,
    Comparison,
    MedianGap,
    closest_records,
    compare_rows,
    compare_with_nearest,
    median_gap,
)
from synth_handson.metrics.bins import column_shares, distance_shares
from synth_handson.metrics.counts import total_variation_distance
from synth_handson.metrics.distances import identical_rows, nearest_neighbors
from synth_handson.pii.detect import Finding, find_personal_data
from synth_handson.pii.replace import replace_personal_data
from synth_handson.pipeline.audit import AuditedPerson, GeneratorAudit, audit_generator
from synth_handson.pipeline.synthetic_generator import SyntheticGenerator
from synth_handson.pipeline.validate import ValidationResult
from synth_handson.synthesis.choice import EngineChoice, choose_engine
from synth_handson.synthesis.generator import Generator
from synth_handson.synthesis.pretrained import load_bundled_synthetic, load_pretrained_generator
from synth_handson.synthesis.run import CancelToken, Progress
from synth_handson.synthesis.training import train_generator, warm_up
from synth_handson.tables.bank import HANDS_ON_COLUMNS, Dataset, load_bank_marketing
from synth_handson.tables.checks import check_table
from synth_handson.tables.files.reading import read_table
from synth_handson.tables.files.writing import write_table
from synth_handson.tables.filled import FilledTable
from synth_handson.tables.linked import LinkedTables
from synth_handson.tables.rules.find import FoundRule, find_rules
from synth_handson.tables.rules.parse import parse_rule, parse_rules, read_rules
from synth_handson.tables.rules.rule import Rule
from synth_handson.tables.split import split_holdout
from synth_handson.tables.unique import unique_share

__all__ = [
    "HANDS_ON_COLUMNS",
    "ArgumentError",
    "AuditedPerson",
    "CancelToken",
    "ClosestRecords",
    "Comparison",
    "DataUnavailableError",
    "Dataset",
    "EngineChoice",
    "EngineComparison",
    "Evidence",
    "FilledTable",
    "Finding",
    "FoundRule",
    "Generator",
    "GeneratorAudit",
    "LeakError",
    "LicenceNotice",
    "LinkedTables",
    "MedianGap",
    "Progress",
    "Rule",
    "ServerError",
    "Step",
    "SynthHandsonError",
    "SyntheticGenerator",
    "TableError",
    "TrainingCancelled",
    "TrainingError",
    "Trial",
    "ValidationResult",
    "assess",
    "audit_generator",
    "check_table",
    "choose_engine",
    "closest_records",
    "column_shares",
    "compare_columns",
    "compare_engines",
    "compare_rows",
    "compare_with_nearest",
    "distance_shares",
    "find_personal_data",
    "find_rules",
    "identical_rows",
    "load_bank_marketing",
    "load_bundled_synthetic",
    "load_pretrained_generator",
    "median_gap",
    "nearest_neighbors",
    "parse_rule",
    "parse_rules",
    "read_rules",
    "read_table",
    "replace_personal_data",
    "split_holdout",
    "total_variation_distance",
    "train_generator",
    "unique_share",
    "warm_up",
    "write_table",
]
