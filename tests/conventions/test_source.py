"""Habits of this code base that a machine can check."""

import ast
import functools
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TREES = ("counter", "forms", "ocr", "tests")
LONGEST = 400  # lines; a longer module is asking to be two
GENERATED = ("counter/migrations/versions",)


@functools.cache
def modules() -> tuple[Path, ...]:
    found = [path.relative_to(ROOT) for tree in TREES for path in sorted((ROOT / tree).rglob("*.py"))]
    return tuple(path for path in found if not str(path).startswith(GENERATED))


@functools.cache
def committed() -> tuple[Path, ...]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(Path(name) for name in listed.split("\0") if name and (ROOT / name).exists())


def words(pattern: str, *suffixes: str) -> Iterator[str]:
    for path in committed():
        if path.suffix in suffixes and path.parts[:2] != ("tests", "conventions"):
            for number, line in enumerate((ROOT / path).read_text("utf-8").splitlines(), 1):
                if re.search(pattern, line):
                    yield f"{path}:{number}: {line.strip()[:80]}"


def test_modules_are_short() -> None:
    long = [
        f"{path}: {lines}" for path in modules() if (lines := len((ROOT / path).read_text().splitlines())) > LONGEST
    ]
    assert not long


def test_modules_say_what_may_go_into_them() -> None:
    silent = [
        str(path)
        for path in modules()
        if (source := (ROOT / path).read_text()).strip() and not ast.get_docstring(ast.parse(source))
    ]
    assert not silent


def test_modules_are_named_for_their_subject() -> None:
    vague = {"utils", "util", "helpers", "helper", "misc", "tools", "base_utils"}
    assert not [str(path) for path in modules() if vague & {path.stem, *path.parts[:-1]}]


def test_nothing_is_left_for_later_in_comments() -> None:
    assert not list(words(r"\b(TODO|FIXME|XXX|HACK)\b", ".py", ".html", ".js", ".css", ".sh", ".md"))


def test_no_sql_is_written_as_text() -> None:
    """Text passes by the ward filter; the engine's pragmas, backups, migrations and tests may write it."""
    allowed = ("counter/database.py", "counter/migrations/", "counter/audit_check.py", "tests/")
    found = [line for line in words(r"\b(sa\.text|exec_driver_sql|text\()", ".py") if not line.startswith(allowed)]
    calls = [line for line in found if re.search(r"\b(sa\.text\(|exec_driver_sql\(|[^.\w]text\(\s*[\"'])", line)]
    assert not calls


def test_sessions_are_not_bypassed() -> None:
    """A bare connection or table knows no ward. Only the audit log and the job engine need one."""
    allowed = (
        "counter/services/audit.py",
        "counter/jobs/engine.py",
        "counter/database.py",
        "counter/installation.py",
        "counter/backup.py",
        "counter/migrations/",
        "tests/",
    )
    assert not [
        line
        for line in words(r"\.connection\(\)|__table__\b|engine\.(connect|begin)\(", ".py")
        if not line.startswith(allowed)
    ]


def test_services_leave_the_commit_to_their_caller() -> None:
    assert not [
        line for line in words(r"session\.commit\(", ".py") if line.startswith(("counter/services", "counter/queries"))
    ]


# library -> where it may be imported
QUARANTINE = {
    "wtforms": ("forms/web",),
    "cv2": ("ocr/",),
    "onnxruntime": ("ocr/engines/",),
    "pytesseract": ("ocr/engines/tesseract.py",),
    "dbos": ("counter/jobs/",),
    "weasyprint": ("counter/printing/", "counter/web/apply/copy.py"),
    "authlib": ("counter/web/my/provider.py",),
    "flask_security": ("counter/web/account/", "counter/demo.py"),
}


@pytest.mark.parametrize("library", QUARANTINE)
def test_libraries_stay_where_they_belong(library: str) -> None:
    """Each behind one door, so that it can be replaced, and loaded only where it is needed."""
    elsewhere = [
        str(path)
        for path in modules()
        if path.parts[0] != "tests" and library in imported(path) and not str(path).startswith(QUARANTINE[library])
    ]
    assert not elsewhere


@functools.cache
def imported(path: Path) -> frozenset[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return frozenset(name.partition(".")[0] for name in names)


# Run apart, for the modules of a running test are not to be taken from it. What a package's own import brought in
# needs no try of its own: whoever imports such a module imports its package first.
ALONE = """
import importlib, pkgutil, sys
import counter.web

with_its_package = set()
for name in sorted(each.name for each in pkgutil.walk_packages(counter.web.__path__, "counter.web.")):
    if name in with_its_package:
        continue
    for loaded in [each for each in sys.modules if each.startswith("counter.web.")]:
        del sys.modules[loaded]
    try:
        importlib.import_module(name)
    except ImportError as error:
        print(f"{name}: {error}")
    with_its_package |= {each for each in sys.modules if each.startswith(f"{name}.")}
"""


def test_every_module_of_the_web_imports_alone() -> None:
    """Whichever comes first: a circle of imports breaks for the one who begins at its other side."""
    tried = subprocess.run([sys.executable, "-c", ALONE], cwd=ROOT, capture_output=True, text=True, check=True)
    assert tried.stdout == ""


def test_no_address_or_place_of_a_machine_is_committed() -> None:
    pins = [
        f"{name}: {line}"
        for name in ("requirements.lock", "requirements-dev.lock")
        for line in (ROOT / name).read_text().splitlines()
        if re.search(r"://|(^|\s)/\w|@ file", line)
    ]
    assert not pins
    assert not list(words(r"/(home|root|Users)/\w+/|/work/", ".py", ".sh", ".toml", ".md", ".html", ".js"))


def test_every_locked_package_has_a_hash() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text())
        assert not [block.splitlines()[0] for block in blocks if "==" in block and "--hash=sha256:" not in block]


@pytest.mark.parametrize("document", [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"], ids=lambda p: p.name)
def test_documents_name_commands_that_exist(document: Path) -> None:
    from counter.cli import COMMANDS

    if not document.exists():
        pytest.skip("not written yet")
    named = set(re.findall(r"flask --app wsgi ([a-z-]+)", document.read_text("utf-8")))
    assert named <= {*COMMANDS, "routes", "shell"}


def test_commands_exist() -> None:
    from werkzeug.utils import import_string

    from counter.cli import COMMANDS

    for place in COMMANDS.values():
        assert import_string(place).help, f"{place} says nothing in --help"
