"""The ten rules of docs/architecture.md that the import contracts of setup.cfg cannot say."""

import ast
import configparser
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PRODUCT = ("app.py", "consent", "idp", "keys")
AROUND = ("bench", "examples", "tests")

REQUEST_NAMES = {"request", "session", "redirect", "render_template", "url_for", "abort", "flash", "g"}
VIEWS = ("*/views/*", "*/routes.py", "*/cli.py", "*/cli_*.py")
MARKED_EDGE = ("idp/audit/origin.py", "idp/delivery/rendering.py", "idp/journey/browser.py", "idp/sessions/current.py")
EDGE = (*VIEWS, *MARKED_EDGE, "app.py", "idp/web/*")
SQL = ("idp/db.py", "*/models.py", "*/models/*")

# The card: where each library lives. What is not named here lives anywhere, and so do Flask's names of types.
CARD: dict[str, tuple[str, ...]] = {
    "flask": (*EDGE, "idp/settings.py", "idp/clock.py", "idp/extensions.py", "idp/db.py"),
    "flask_sqlalchemy": ("idp/db.py",),
    "authlib": ("idp/oidc/*",),
    "authlib.integrations": (),
    "authlib.jose": (),
    "joserfc": ("keys/*", "idp/oidc/*"),
    "itsdangerous": ("keys/signed.py",),
    "pyotp": ("idp/login/totp.py", "idp/ops/operators.py"),
    "redis": ("idp/shortlived/redis.py",),
    "pytest": (),
    **dict.fromkeys(("argon2", "cryptography", "hashlib", "hmac", "secrets"), ("keys/*",)),
}

BANNED_NAMES = {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}

# Modules without a test file at the mirrored path: tables, storage and edges, which are met through what they serve.
NOT_CORE = (
    "app.py",
    *VIEWS,
    *MARKED_EDGE,
    "*/__init__.py",
    "*/errors.py",
    "*/models.py",
    "*/models/*",
)
# An adapter is proved by the contract suite of its port; the settings by the test that reads .env.example.
PROVED_BY = {
    "idp/delivery/transports/memory.py": "tests/idp/delivery/test_transport_contract.py",
    "idp/delivery/transports/port.py": "tests/idp/delivery/test_transport_contract.py",
    "idp/safety.py": "tests/test_settings.py",
    "idp/deployment.py": "tests/test_settings.py",
    "idp/settings.py": "tests/test_settings.py",
    "idp/shortlived/redis.py": "tests/idp/shortlived/test_store_contract.py",
    "idp/shortlived/sqlite.py": "tests/idp/shortlived/test_store_contract.py",
    "idp/shortlived/store.py": "tests/idp/shortlived/test_store_contract.py",
    "keys/store.py": "tests/keys/test_store_contract.py",
}


@cache
def files(*tops: str) -> list[str]:
    """Python files under these names, as paths from the root. Migrations are history: no rule is applied to it."""
    found = [path for top in tops for path in ([ROOT / top] if top.endswith(".py") else (ROOT / top).rglob("*.py"))]
    paths = sorted(path.relative_to(ROOT).as_posix() for path in found if path.exists())
    return [path for path in paths if not path.startswith("idp/migrations/")]


@cache
def tree(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text())


def among(path: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(path, pattern) for pattern in patterns)


def imports(path: str) -> Iterator[tuple[int, str]]:
    """Every import as (line, dotted name), the imported name included."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def functions(path: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    yield from (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def calls(path: str) -> Iterator[tuple[int, str, ast.Call]]:
    """Every call as (line, what is called, the call)."""
    yield from (
        (node.lineno, ast.unparse(node.func), node) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)
    )


def refuse(rule: str, offenders: list[str]) -> None:
    assert not offenders, f"{rule}:\n  " + "\n  ".join(offenders)


def test_http_stays_at_the_edge():
    core = [path for path in files(*PRODUCT) if not among(path, EDGE)]
    taken = [(p, line, name) for p in core for line, name in imports(p) if is_within(name, "flask")]
    bad = [f"{p}:{line} {name}" for p, line, name in taken if name == "flask" or name.split(".")[1] in REQUEST_NAMES]
    refuse("Only views, routes, cli, idp/web and the files marked (edge) may take these from flask", bad)


def test_no_core_module_knows_a_view():
    core = [path for path in files(*PRODUCT) if not among(path, EDGE)]
    bad = [f"{p}:{line} {name}" for p in core for line, name in imports(p) if ".views." in f"{name}."]
    refuse("The edge stands on the core, never the reverse", bad)


def test_sql_stays_in_the_models():
    others = [path for path in files(*PRODUCT) if not among(path, SQL)]
    bad = [f"{p}:{line} {name}" for p in others for line, name in imports(p) if is_within(name, "sqlalchemy")]
    refuse("Only idp/db.py and models may import sqlalchemy", bad)


def test_only_the_unit_of_work_commits():
    others = [path for path in files(*PRODUCT) if path != "idp/db.py"]
    bad = [f"{p}:{line} {what}" for p in others for line, what, _ in calls(p) if what.endswith(".commit")]
    refuse("Returning commits: only idp/db.py may call commit", bad)


def test_only_the_clock_reads_the_time():
    others = [path for path in files(*PRODUCT) if path != "idp/clock.py"]
    read = re.compile(r"(.*\.)?(datetime|date)\.(now|utcnow|today)|time\.time(_ns)?")
    bad = [f"{p}:{line} {what}" for p in others for line, what, _ in calls(p) if read.fullmatch(what)]
    refuse("Time comes from idp/clock.py", bad)


@pytest.mark.parametrize("library", CARD)
def test_each_library_has_its_place(library: str):
    others = [path for path in files(*PRODUCT) if not among(path, CARD[library])]
    bad = [f"{p}:{line} {name}" for p in others for line, name in imports(p) if is_within(name, library)]
    bad = [offender for offender in bad if " flask.typing." not in offender]
    refuse(f"{library} may be imported only by {', '.join(CARD[library]) or 'nobody'}", bad)


def test_imports_stand_at_the_top_of_their_module():
    every = [(path, function) for path in files(*PRODUCT, *AROUND) for function in functions(path)]
    inner = [(p, node) for p, f in every for node in ast.walk(f) if isinstance(node, ast.Import | ast.ImportFrom)]
    refuse("No import inside a function", [f"{p}:{node.lineno}" for p, node in inner])


def test_a_package_opens_with_a_sentence_and_holds_no_code():
    packages = [path for path in files(*PRODUCT) if path.endswith("__init__.py")]
    bad = [path for path in packages if not ast.get_docstring(tree(path))]
    for path in packages:
        bad += [f"{path}:{n.lineno}" for n in tree(path).body[1:] if not isinstance(n, ast.Import | ast.ImportFrom)]
    refuse("An __init__.py holds a docstring and re-exports, nothing else", bad)


def test_nothing_stands_on_the_roof():
    inside = [path for path in files(*PRODUCT) if path != "app.py"]
    roof = ("app", *AROUND)
    bad = [f"{p}:{n} {name}" for p in inside for n, name in imports(p) if any(is_within(name, top) for top in roof)]
    refuse("Nobody imports app, and the product knows no test, bench or example", bad)


def test_modules_and_functions_stay_small():
    bad = []
    for path in files(*PRODUCT, *AROUND):
        length, limit = len((ROOT / path).read_text().splitlines()), 160 if path == "app.py" else 300
        bad += [f"{path}: {length} lines, at most {limit}"] if length > limit else []
        for function in functions(path):
            lines, arguments = function.end_lineno - function.lineno + 1, function.args
            positional = len(arguments.posonlyargs) + len(arguments.args)
            bad += [f"{path}: {function.name} has {lines} lines, at most 40"] if lines > 40 else []
            is_product = not path.startswith(AROUND)
            bad += [f"{path}: {function.name} has {positional} parameters"] if is_product and positional > 5 else []
    for template in (ROOT / "templates").rglob("*.html"):
        length = len(template.read_text().splitlines())
        bad += [f"{template.relative_to(ROOT)}: {length} lines, at most 120"] if length > 120 else []
    refuse("Small enough to read", bad)


def test_a_slice_stays_small():
    folders: dict[Path, list[str]] = {}
    for path in files("idp", "consent"):
        if not among(path, (*VIEWS, "*/__init__.py")):
            folders.setdefault(Path(path).parent, []).append(path)
    refuse("At most 14 core modules a folder", [f"{f}: {len(m)}" for f, m in folders.items() if len(m) > 14])


def test_every_module_has_a_name_that_says_something():
    bad = [p for p in files(*PRODUCT, *AROUND) if BANNED_NAMES & set(re.split(r"[/._]", p))]
    refuse("Name the module after the thing or the deed", bad)


def test_every_core_module_has_its_test_file():
    bad = []
    for path in files(*PRODUCT):
        mirrored = Path("tests", path).with_name(f"test_{Path(path).name}")
        proof = PROVED_BY.get(path, mirrored)
        bad += [f"{path}: {proof} is missing"] if not among(path, NOT_CORE) and not (ROOT / proof).exists() else []
    refuse("A core module is proved at the mirrored path", bad)


def floors() -> dict[str, int]:
    """Each slice and its floor, from the contract in setup.cfg; `consent` stands on top."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    layers = config["importlinter:contract:slices"]["layers"].split("\n")
    named = [re.findall(r"\w+", layer) for layer in reversed(layers)]
    return {"consent": len(named)} | {name: floor for floor, names in enumerate(named) for name in names}


def endpoints() -> Iterator[tuple[str, str, str]]:
    """Every literal endpoint given to url_for as (where, slice of the file, blueprint)."""
    for path in files("consent", "idp"):
        for line, what, call in calls(path):
            if what.endswith("url_for") and call.args and isinstance(call.args[0], ast.Constant):
                yield f"{path}:{line}", path.removeprefix("idp/").split("/")[0], call.args[0].value.split(".")[0]
    for template in (ROOT / "templates").glob("*/**/*.html"):
        path = template.relative_to(ROOT / "templates")
        for blueprint in re.findall(r"url_for\(\s*[\"'](\w+)\.", template.read_text()):
            yield f"templates/{path}", path.parts[0], blueprint


def test_a_link_leads_to_the_same_slice_the_journey_or_below():
    floor = floors()
    known = [(at, own, to) for at, own, to in endpoints() if own in floor and to in floor]
    bad = [f"{at} {to}" for at, own, to in known if to not in (own, "journey") and floor[to] >= floor[own]]
    refuse("A screen does not know the screens above it", bad)


def test_no_test_is_skipped_and_none_replaces_our_code():
    shy = re.compile(r"pytest\.(mark\.)?(skip|skipif|xfail|importorskip)|monkeypatch\.setattr")
    nodes = [
        (path, node) for path in files("tests") for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)
    ]
    bad = [f"{path}:{node.lineno} {ast.unparse(node)}" for path, node in nodes if shy.fullmatch(ast.unparse(node))]
    bad += [
        f"{p}:{line} {name}" for p in files("tests") for line, name in imports(p) if is_within(name, "unittest.mock")
    ]
    refuse("Tests run, and on the real parts", bad)
