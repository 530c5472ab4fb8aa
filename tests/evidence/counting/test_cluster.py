"""Large tables on a Dask cluster: equal to the last digit to what is counted on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from people import draw_people

from synth_handson import ArgumentError, assess
from synth_handson.evidence import assessment
from synth_handson.evidence.counting import cluster
from synth_handson.evidence.counting.cluster import VARIABLE, ClusterRows, connect
from synth_handson.evidence.counting.exact_tables import read_tables
from synth_handson.evidence.counting.rows import DiskRows, on_disk

if TYPE_CHECKING:
    from distributed import Client  # Its import is for those alone who run these tests.

pytestmark = pytest.mark.seldom


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, protocol="tcp://") as local,
        Client(local, set_as_default=False) as connected,
    ):
        yield connected


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several parts, so that most groups have rows in more than one."""
    monkeypatch.setattr(cluster, "PART", 2_000)


def test_the_evidence_is_equal_to_the_last_digit(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        assessment, "read_tables", lambda *given, **more: read_tables(*given, rows=500, **more)
    )
    people = draw_people(6_000, 0)[["income", "region", "visits", "churned"]]
    train, holdout, synthetic = people[:3_000], people[3_000:4_500], people[4_500:].copy()
    synthetic[:150] = train[:150].to_numpy()
    asked: dict[str, Any] = {
        "train": train, "holdout": holdout, "target": "churned", "known": ["region", "visits"]
    }  # fmt: skip
    here = assess(synthetic, **asked)
    assert here.measured.train == 500
    assert assess(synthetic, client=client, **asked).to_dict() == here.to_dict()


@pytest.mark.parametrize("keys", ["v0", "v0, v1", "v1"])
def test_groups_are_merged_whichever_parts_they_are_in(client: Client, keys: str, tmp_path: Any) -> None:
    rng = np.random.default_rng(0)
    numbers = {f"v{i}": rng.integers(0, 40, 5_000, dtype=np.int32) for i in (0, 1)}
    bins = {f"p{i}": rng.integers(0, 3, 5_000, dtype=np.int16) for i in (0, 1)}
    train = (rng.random(5_000) < 0.5).astype(np.uint8)
    parts = {"train": train, "holdout": (1 - train) * (rng.random(5_000) < 0.4).astype(np.uint8),
             "member": rng.integers(0, 2, 5_000).astype(np.uint8),
             "other": rng.integers(0, 2, 5_000).astype(np.uint8),
             "marks": rng.integers(0, 16, 5_000).astype(np.uint8)}  # fmt: skip
    with on_disk(tmp_path) as disk:
        there = ClusterRows(client)
        for rows in (disk, there):
            for columns in (numbers, bins, parts):
                rows.add(columns)
            rows.close()
        asked = "count(*), sum(t) FILTER (h > 0), count(*) FILTER (m & 4 > 0 AND t = 1), sum(n)"
        assert there.over_groups(keys, asked) == disk.over_groups(keys, asked)
        assert there.told("v1", "v0") == disk.told("v1", "v0")
        assert there.told("p1, v0", "v1") == disk.told("p1, v0", "v1")
        assert sorted(there.cells(0, 1)) == sorted(disk.cells(0, 1)) == by_hand(bins, parts)


def test_what_the_client_last_heard_of_the_workers_is_not_relied_on(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "scheduler_info", lambda **_: {"workers": {}})
    rows = ClusterRows(client)
    rows.add({name: np.ones(9, np.uint8) for name in ("train", "holdout", "member", "other", "marks", "v0")})
    rows.close()
    assert rows.over_groups("v0", "count(*), sum(t)") == (1, 9)


def test_a_cluster_without_workers_says_so() -> None:
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=0, dashboard_address=":0", protocol="tcp://") as local,
        Client(local, set_as_default=False) as idle,
        pytest.raises(ArgumentError, match="has no workers"),
    ):
        ClusterRows(idle).add({"train": np.ones(9, np.uint8)})


def by_hand(bins: dict[str, Any], parts: dict[str, Any]) -> list[tuple[int, ...]]:
    frame = pd.DataFrame({**parts, **bins})
    counted = frame.groupby(["train", "holdout", "p0", "p1"]).size()
    return sorted((*key, rows) for key, rows in counted.items())  # type: ignore[misc]


def test_the_scheduler_may_be_named_in_the_environment(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect(None) as nothing:
        assert nothing is None
    monkeypatch.setenv(VARIABLE, client.scheduler.address)
    with connect(None) as found:
        assert found is not None
        assert found.scheduler.address == client.scheduler.address
    with connect(client) as given:
        assert given is client


def test_one_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "tcp://127.0.0.1:9")
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with pytest.raises(ArgumentError, match=r"127\.0\.0\.1:9"), connect(None):
        pass


def test_without_dask_the_command_is_named_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "tcp://127.0.0.1:9")
    monkeypatch.setattr(cluster, "find_spec", lambda _: None)
    with pytest.raises(ArgumentError, match=r"synth-handson\[dask\]"), connect(None):
        pass


def test_on_the_disk_nothing_is_counted_over_no_rows(tmp_path: Any) -> None:
    with on_disk(tmp_path) as rows:
        rows.add(
            {name: np.array([], np.uint8) for name in ("train", "holdout", "member", "other", "marks", "v0")}
        )
        rows.close()
        assert isinstance(rows, DiskRows)
        assert rows.over_groups("v0", "count(*), sum(t)") == (0, 0)
