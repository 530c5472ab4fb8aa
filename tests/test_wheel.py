"""The wheel, built and installed: it brings its data and its notebook, and needs no clone."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from ports import free_port

ROOT = Path(__file__).parents[1]

DRAW = """
import synth_handson as sh

dataset = sh.load_bank_marketing("bundled")
drawn = sh.load_pretrained_generator().sample(20)
print(sh.__file__, *dataset.frame.shape, *sh.load_bundled_synthetic().shape, *drawn.shape, sep="\\n")
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the bin folder of an environment with nothing but the wheel, beside this one's dependencies."""
    uv = os.environ.get("UV") or shutil.which("uv")
    assert uv, "uv is not on the path; the tests are run by it"
    folder = tmp_path_factory.mktemp("wheel")
    environment = folder / "environment"
    for command in (
        ["build", "--wheel", "--out-dir", folder, ROOT],
        ["venv", "--python", sys.executable, environment],
    ):
        subprocess.run([uv, *command], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    binaries = environment / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run(
        [uv, "pip", "install", "--offline", "--no-deps", "--python", environment, wheel],
        check=True,
        capture_output=True,
    )
    # A path in a .pth file does not bring the .pth files that lie there: this clone stays out.
    next(environment.rglob("site-packages")).joinpath("dependencies.pth").write_text(
        sysconfig.get_path("purelib")
    )
    return binaries


@pytest.mark.seldom
def test_it_installs_its_packages_and_nothing_else(installed: Path) -> None:
    (site,) = installed.parent.rglob("site-packages")
    added = {path.name.partition("-")[0] for path in site.iterdir() if path.suffix != ".pth"}
    assert added - {"_virtualenv.py", "__pycache__"} == {"synth_handson", "synth_planning", "synth_service"}


@pytest.mark.parametrize(
    "recipe", sorted((ROOT / "docs").glob("*/Containerfile")), ids=lambda path: path.parent.name
)
def test_a_container_is_given_all_that_it_is_built_of(recipe: Path) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = settings["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["force-include"], settings["project"]["readme"], *settings["project"]["license-files"]}
    copied = {
        word
        for line in recipe.read_text("utf-8").splitlines()
        if line.startswith("COPY")
        for word in line.split()
    }
    assert needed | {"pyproject.toml", "uv.lock", "src"} <= copied


@pytest.mark.engine
def test_its_data_is_loaded_and_its_generator_draws(installed: Path, tmp_path: Path) -> None:
    said = subprocess.run(
        [installed / "python", "-c", DRAW], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert Path(said[0]).is_relative_to(installed.parent)
    assert list(map(int, said[1:])) == [4_521, 8, 1_000, 8, 20, 8]


@pytest.mark.seldom
def test_it_opens_a_copy_of_its_notebook_with_style_and_settings(installed: Path, tmp_path: Path) -> None:
    with served(installed, tmp_path) as address:
        page = fetch(address)
    assert "<marimo-filename" in page
    assert ".sh-progress" in page
    original, copied = (
        (folder / "app.py").read_text("utf-8") for folder in (ROOT, tmp_path / "synth-handson")
    )
    assert re.sub("css_file=.*", "", copied) == re.sub("css_file=.*", "", original)
    settings = tomllib.loads((tmp_path / "synth-handson" / "pyproject.toml").read_text("utf-8"))
    assert (
        settings["tool"]["marimo"]
        == tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["marimo"]
    )


@pytest.mark.seldom
def test_a_copy_that_is_there_is_kept(installed: Path, tmp_path: Path) -> None:
    mine = "import marimo\n\napp = marimo.App()\n"
    (tmp_path / "synth-handson").mkdir()
    (tmp_path / "synth-handson" / "app.py").write_text(mine, encoding="utf-8")
    with served(installed, tmp_path) as address:
        assert fetch(address)
    assert (tmp_path / "synth-handson" / "app.py").read_text(encoding="utf-8") == mine


@pytest.mark.seldom
def test_it_opens_the_planning_page_with_its_style(installed: Path, tmp_path: Path) -> None:
    with served(installed, tmp_path, "plan", "dashboard") as address:
        page = fetch(address)
    assert ".sp-board" in page
    assert '"theme": "system"' in page


@contextmanager
def served(installed: Path, folder: Path, *command: str) -> Iterator[str]:
    """Run a notebook in a folder until it answers."""
    port = free_port()
    process = subprocess.Popen(
        [installed / "synth-handson", *(command or ("handson", "--run")), "--headless", "--port", str(port)],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 90
        while True:
            with suppress(OSError):
                fetch(f"http://127.0.0.1:{port}/health")
                break
            assert process.poll() is None and time.monotonic() < deadline, "it did not start"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def fetch(address: str) -> str:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(address) as answer:
        text: str = answer.read().decode()
    return text
