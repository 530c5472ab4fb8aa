"""Round trips in every format; what is wrong in a file is named by row and field, and nothing of it taken."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from plans import plans, worked_example

from synth_planning import Plan, Store, UserStory, read_entries, write_plan
from synth_planning.errors import ArgumentError, PlanError
from synth_planning.plan import KINDS, VERSION

HEADING = "id,name,moscow,effort,reach,impact,confidence"
TRIP = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@TRIP
@pytest.mark.parametrize("ending", [".json", ".yaml"])
@given(plan=plans())
def test_a_whole_plan_comes_back(tmp_path: Path, ending: str, plan: Plan) -> None:
    path = tmp_path / f"plan{ending}"
    write_plan(plan, path, overwrite=True)
    assert Plan.of(read_entries(path)) == plan


@TRIP
@given(plan=plans())
def test_each_kind_comes_back_from_csv(tmp_path: Path, plan: Plan) -> None:
    for kind in KINDS:
        write_plan(plan, tmp_path / "plan.csv", kind, overwrite=True)
        assert tuple(read_entries(tmp_path / "plan.csv", kind, plan)) == plan.entries(kind)


def test_the_worked_example_comes_back_through_a_store(tmp_path: Path) -> None:
    store = Store(tmp_path / "plan.sqlite")
    store.save(*worked_example(), restoring=True)
    write_plan(store.plan(), tmp_path / "plan.yaml")
    other = Store(tmp_path / "other.sqlite")
    other.save(*read_entries(tmp_path / "plan.yaml"), restoring=True)
    assert other.plan() == store.plan()
    store.close()
    other.close()


def refused(path: Path, kind: str | None = None) -> list[str]:
    with pytest.raises(PlanError) as error:
        read_entries(path, kind)  # type: ignore[arg-type]
    return error.value.message("en").splitlines()[1:]


def test_every_wrong_row_and_field_is_named(tmp_path: Path) -> None:
    path = tmp_path / "features.csv"
    path.write_text(
        f"{HEADING}\na,A,must,1,1,1,1\nb,B,perhaps,0,1,1,1\n\nc,,must,1,1,1,many\na,D,must,1,1,1,1\n"
    )
    assert refused(path, "features") == [
        "- features, row 3: The field “moscow” cannot be “perhaps”."
        " Choose one of: must, should, could, wont.",
        "- features, row 3: The field “effort” is 0; it must be > 0, ≤ 1,000,000.",
        "- features, row 5: The field “name” is missing.",
        "- features, row 5: The field “confidence” must be a number (≥ 1, ≤ 10), not “many”.",
        "- features, row 6: The id “a” is already used in row 2. Give one of the two another id, or none.",
    ]


def test_an_empty_cell_is_what_the_field_is_by_default(tmp_path: Path) -> None:
    path = tmp_path / "features.csv"
    path.write_text(f"{HEADING},status\n,A,must,1,1,1,1,\n", encoding="utf-8")
    (found,) = read_entries(path, "features")
    assert found.model_dump(include={"name", "status", "version"}) == {
        "name": "A", "status": "backlog", "version": 0,
    }  # fmt: skip
    assert found.id


def test_references_are_checked_within_the_file_and_the_plan(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text("stories:\n- {as_a: a, i_want: b, so_that: c, persona: p}\n")
    assert refused(path)[0].startswith("- stories, row 1: The field “persona” names “p”")
    plan = Plan.of(read_entries_of(tmp_path, "personas:\n- {id: p, name: P}\n"))
    assert len(read_entries(path, beside=plan)) == 1
    before = UserStory.make(id="s", as_a="a", i_want="b", so_that="c", persona="gone")
    assert len(read_entries(path, beside=Plan.of([*plan, before]))) == 1
    path.write_text(path.read_text() + "personas:\n- {id: p, name: P}\n")
    assert len(read_entries(path)) == 2


def read_entries_of(folder: Path, text: str) -> list:  # type: ignore[type-arg]
    (folder / "other.yaml").write_text(text)
    return read_entries(folder / "other.yaml")


def test_a_circle_is_named_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(
        "tasks:\n- {id: a, name: A, phase: design, estimated: 1, depends_on: [b]}\n"
        "- {id: b, name: B, phase: design, estimated: 1, depends_on: [a]}\n"
    )
    (said,) = refused(path)
    assert "circle" in said
    assert said.startswith(("- tasks, row 1: ", "- tasks, row 2: "))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "id,size\n1,2\n", "row 1: The first row must contain field names"),
        ("a.csv", "", "row 1: The first row must contain field names"),
        ("a.csv", f"{HEADING}\na,A, B,must,1,1,1,1\n", "row 2: There are 8 cells for 7 columns"),
        ("a.json", '{"features": [3]}', "row 1: “3” is not an entry"),
    ],
)
def test_what_is_no_table_is_named(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    assert said in refused(tmp_path / name, "features")[0]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", b"{", "cannot be read"),
        ("a.json", b"3", "must consist of kinds"),
        ("a.json", b'{"features": {}}', "must consist of kinds"),
        ("a.json", b'{"ideas": []}', "'ideas' is not a kind"),
        ("a.json", b"[" * 100_000, "cannot be read"),
        ("a.yaml", b"a: [", "cannot be read"),
        ("a.yaml", b"!!python/object/apply:os.system [ls]", "cannot be read"),
        ("a.yaml", "機能:\n- 名前".encode("cp932"), "UTF-8"),
        ("a.txt", b"", "must end with"),
        ("b.json", None, "cannot be read"),
    ],
)
def test_what_is_no_plan_is_said(tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ArgumentError, match=said):
        read_entries(tmp_path / name)


def test_a_cell_beyond_measure(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"{HEADING}\na,{'x' * 200_000},must,1,1,1,1\n")
    with pytest.raises(ArgumentError, match="cannot be read"):
        read_entries(tmp_path / "a.csv", "features")


def test_many_problems_are_not_all_listed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"{HEADING}\n" + "a,A,perhaps,1,1,1,1\n" * 100)
    assert refused(tmp_path / "a.csv", "features")[-1] == "- … and 80 more."


def test_csv_needs_a_kind_and_a_file_is_not_overwritten_unasked(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    with pytest.raises(ArgumentError, match="one kind"):
        write_plan(Plan(), path)
    with pytest.raises(ArgumentError, match="'ideas' is not a kind"):
        write_plan(Plan(), path, "ideas")  # type: ignore[arg-type]
    write_plan(Plan(), path, "features")
    with pytest.raises(ArgumentError, match="already"):
        write_plan(Plan(), path, "features")
    with pytest.raises(ArgumentError, match="could not be written"):
        write_plan(Plan(), tmp_path / "nowhere" / "plan.yaml")
    assert [one.name for one in tmp_path.iterdir()] == ["plan.csv"]


def test_a_file_has_a_version_and_one_of_version_1_is_read(tmp_path: Path) -> None:
    old = Path(__file__).with_name("version_1.yaml")
    plan = Plan.of(read_entries(old))
    assert (len(plan), plan.name) == (4, "")
    write_plan(plan, tmp_path / "new.json")
    assert json.loads((tmp_path / "new.json").read_text("utf-8"))["version"] == VERSION
    assert Plan.of(read_entries(tmp_path / "new.json")) == plan


@pytest.mark.parametrize(
    ("version", "said"), [("3", "newer version"), ("two", "from 1 to 2"), ("0", "from 1 to 2")]
)
def test_a_version_that_is_not_known_is_refused(tmp_path: Path, version: str, said: str) -> None:
    (tmp_path / "plan.yaml").write_text(f"version: {version}\nfeatures: []\n")
    with pytest.raises(ArgumentError, match=said):
        read_entries(tmp_path / "plan.yaml")
