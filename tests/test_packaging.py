"""`pip install .` in an empty environment gives a working `idp`, with all that it serves."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
UV = Path(sys.executable).parent / "uv"
# What a fresh clone does not have, compiled catalogues included: the wheel must not owe anything to what lies about.
NOT_IN_A_CLONE = shutil.ignore_patterns(
    ".*", "__pycache__", "node_modules", "build", "dist", "var", "*.egg-info", "*.mo"
)
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith(("IDP_", "PYTHON", "FLASK_"))}


def run(*command: str | Path, where: Path) -> str:
    done = subprocess.run(command, cwd=where, env=PLAIN, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    clone = tmp_path_factory.mktemp("clone") / "idp"
    shutil.copytree(ROOT, clone, ignore=NOT_IN_A_CLONE)
    run(UV, "build", "--quiet", "--wheel", "--out-dir", clone / "dist", clone, where=clone)
    return next((clone / "dist").glob("*.whl"))


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory) -> Path:
    """A new environment that holds the wheel and sees the libraries of ours, but not its editable install."""
    home = tmp_path_factory.mktemp("environment")
    run(UV, "venv", "--quiet", "--python", sys.executable, home / "venv", where=home)
    run(UV, "pip", "install", "--quiet", "--no-deps", "--python", home / "venv/bin/python", wheel, where=home)
    packages = next((home / "venv/lib").glob("python*/site-packages"))
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    return home


def test_the_wheel_holds_every_file_that_is_read_at_run_time(wheel):
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {Path("app.py")}
    for top in ("consent", "idp", "keys", "templates"):
        wanted |= {path.relative_to(ROOT) for path in (ROOT / top).rglob("*") if path.is_file()}
    wanted = {
        path.with_suffix(".mo") if path.suffix == ".po" else path for path in wanted if "__pycache__" not in path.parts
    }
    assert not sorted(map(str, {path.as_posix() for path in wanted} - held))


def test_the_wheel_holds_nothing_else(wheel):
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"app.py", "consent", "idp", "keys", "templates"}


def test_the_installed_command_answers(environment):
    assert "Usage: idp" in run(environment / "venv/bin/idp", "--help", where=environment)


def test_the_installed_application_finds_its_templates(environment):
    ask = "import app; print(app.create_app().jinja_env.get_template('layout.html').filename)"
    found = run(environment / "venv/bin/python", "-P", "-c", ask, where=environment)
    assert Path(found.strip()).is_relative_to(environment)
