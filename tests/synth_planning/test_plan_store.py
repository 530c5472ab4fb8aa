"""The store: all or nothing, and nobody overwrites what they have not seen."""

import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from databases import Postgres, postgres  # noqa: F401
from hypothesis import HealthCheck, given, settings
from plans import feature, plans, worked_example

from synth_planning import Entry, Feature, Persona, Plan, Product, Store, Task, UserStory, read_entries
from synth_planning import store as module
from synth_planning.errors import ArgumentError, ConflictError, DataUnavailableError, PlanError
from synth_planning.paths import home
from synth_planning.plan import MODELS


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "plan.sqlite")
    yield opened
    opened.close()


def save(store: Store, entry: Entry) -> Entry:
    (saved,) = store.save(entry)
    return saved


def test_what_is_saved_is_read(store: Store) -> None:
    saved = save(store, feature())
    assert (saved.version, saved.updated is None) == (1, False)
    assert store.plan() == Plan(features=(saved,))  # type: ignore[arg-type]
    changed = save(store, saved.changed(effort=2))
    assert changed.version == 2
    assert store.plan().features == (changed,)
    assert save(store, changed) == changed


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(plan=plans())
def test_any_plan_comes_back(tmp_path: Path, plan: Plan) -> None:
    path = tmp_path / "any.sqlite"
    path.unlink(missing_ok=True)
    store = Store(path)
    kept = store.save(*plan, restoring=True)
    assert store.plan().with_entries(kept) == store.plan()
    assert len(store.plan()) == len(plan)
    assert [one.model_dump(exclude={"updated"}) for one in kept] == [
        one.model_dump(exclude={"updated"}) for one in plan
    ]
    store.close()


def test_who_has_not_seen_the_last_change_is_refused(store: Store) -> None:
    seen = save(store, feature())
    other = Store(store.place)
    save(other, seen.changed(effort=2))
    with pytest.raises(ConflictError, match="Somebody else"):
        store.save(seen.changed(effort=3))
    with pytest.raises(ConflictError):
        store.remove(seen)
    assert store.plan().features[0].effort == 2
    other.close()


def test_what_was_removed_is_not_brought_back_by_a_change(store: Store) -> None:
    seen = save(store, feature())
    store.remove(seen)
    with pytest.raises(ConflictError):
        store.save(seen.changed(effort=3))
    with pytest.raises(ConflictError):
        store.remove(seen)
    assert len(store.plan()) == 0


def test_all_or_nothing(store: Store) -> None:
    seen = save(store, feature())
    save(store, seen.changed(effort=2))
    with pytest.raises(ConflictError):
        store.save(feature("new"), seen.changed(effort=3))
    assert [one.name for one in store.plan().features] == ["a"]


def test_many_at_once_lose_nothing(store: Store) -> None:
    """Eight raise one number ten times each; whoever is refused looks again."""
    save(store, feature(effort=1))

    def work() -> None:
        own, done = Store(store.place), 0
        while done < 10:
            (seen,) = own.plan().features
            with suppress(ConflictError):
                own.save(seen.changed(effort=seen.effort + 1))
                done += 1
        own.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (found,) = store.plan().features
    assert (found.effort, found.version) == (81, 81)


def test_a_reference_to_nothing_and_a_circle_are_refused(store: Store) -> None:
    with pytest.raises(PlanError, match="persona"):
        store.save(UserStory.make(as_a="a", i_want="b", so_that="c", persona="p"))
    a = Task.make(id="a", name="A", phase="design", estimated=1)
    b = Task.make(id="b", name="B", phase="design", estimated=1, depends_on=["a"])
    kept_a, _ = store.save(a, b)
    with pytest.raises(PlanError, match="circle"):
        store.save(kept_a.changed(depends_on=["b"]))
    assert store.plan().tasks[0].depends_on == ()


def test_what_others_refer_to_is_not_removed(store: Store) -> None:
    persona = save(store, Persona.make(id="p", name="P"))
    story = save(store, UserStory.make(as_a="a", i_want="to b", so_that="c", persona="p"))
    with pytest.raises(PlanError, match="to b"):
        store.remove(persona)
    store.remove(story)
    store.remove(persona)


def test_a_copy_that_was_not_checked_is_checked(store: Store) -> None:
    with pytest.raises(PlanError, match="effort"):
        store.save(feature().model_copy(update={"effort": -1.0}))


def test_there_is_a_table_for_each_kind_and_a_column_for_each_field(store: Store) -> None:
    with sqlite3.connect(store.place) as connection:
        for kind, model in MODELS.items():
            columns = [name for _, name, *_ in connection.execute(f"PRAGMA table_info(plan_{kind})")]
            assert columns == list(model.model_fields)
    connection.close()


def test_one_of_version_1_gets_what_it_lacks(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "old.sqlite") as connection:
        connection.executescript(Path(__file__).with_name("version_1.sql").read_text("utf-8"))
    connection.close()
    store = Store(tmp_path / "old.sqlite")
    assert store.plan() == Plan.of(read_entries(Path(__file__).with_name("version_1.yaml")))
    save(store, Product.make(name="Exchange"))
    assert (store.plan().name, len(store.plan())) == ("Exchange", 5)
    store.close()


def test_one_of_a_newer_version_is_left_alone(store: Store) -> None:
    with sqlite3.connect(store.place) as connection:
        connection.execute("UPDATE plan_version SET version = 3")
    connection.close()
    with pytest.raises(DataUnavailableError, match="newer version"):
        Store(store.place)


def test_there_is_one_product_at_most(store: Store) -> None:
    named = save(store, Product.make(name="A"))
    with pytest.raises(ConflictError):
        store.save(Product.make(name="B"))
    with pytest.raises(PlanError, match="product"):
        Product.make(name="B", id="other")
    assert store.plan().product == (named,)


def test_the_worked_example_fits(store: Store) -> None:
    store.save(*worked_example(), restoring=True)
    assert store.plan() == Plan.of(sorted(worked_example(), key=lambda entry: entry.id))


def test_the_place_may_come_from_the_environment_and_is_private_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(module.VARIABLE, raising=False)
    own = Store()
    assert Path(own.place) == home() / "plan.sqlite"
    assert stat.S_IMODE(home().stat().st_mode) == 0o700
    monkeypatch.setenv(module.VARIABLE, str(tmp_path / "named.sqlite"))
    named = Store()
    assert named.place == str(tmp_path / "named.sqlite")
    own.close()
    named.close()


@pytest.mark.parametrize(
    "place", ["/nowhere/plan.sqlite", "nosuch://user:secret@host/plan", "postgresql+nosuch://u:secret@h/p"]
)
def test_a_place_that_cannot_be_used_is_named_without_its_password(place: str) -> None:
    with pytest.raises(DataUnavailableError) as error:
        Store(place)
    assert "secret" not in error.value.message("en")
    assert "plan" in error.value.message("en")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "plan.sqlite").write_text("not a database, but long enough to be taken for one" * 10)
    with pytest.raises(DataUnavailableError):
        Store(tmp_path / "plan.sqlite")


def test_without_the_extra_the_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(ArgumentError, match=r"synth-handson\[planning\]"):
        Store()


def test_a_real_postgresql_keeps_it_as_well(postgres: Postgres) -> None:  # noqa: F811
    first, second = Store(postgres.url()), Store(postgres.url())
    first.save(*worked_example("ja"), restoring=True)
    assert second.plan() == Plan.of(sorted(worked_example("ja"), key=lambda entry: entry.id))
    seen = second.plan().features[0]
    first.save(seen.changed(effort=77))
    with pytest.raises(ConflictError):
        second.save(seen.changed(effort=78))
    with pytest.raises(ConflictError):
        second.save(Feature.make(**{**seen.model_dump(), "version": 0}))
    assert second.plan().features[0].effort == 77
    postgres.stop()
    with pytest.raises(DataUnavailableError, match="cannot be used"):
        first.plan()
    postgres.start()
    assert len(first.plan()) == 60
    first.close()
    second.close()
