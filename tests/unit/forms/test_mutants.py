"""Mutants of the core: each small lie in the path, the bundle or the record must turn some test red."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MUTANTS = [
    ("path.py", "if item.when is not None and item.when.decide(so_far) is not True:", "if item.when is not None and item.when.decide(so_far) is False:"),
    ("path.py", 'steps.append(Step(path, field, required=True, choosing=True))', 'steps.append(Step(path, field, required=True, land=f"{about.record_key}.0.{field.name}"))'),
    ("path.py", "if verdict:\n", "if verdict is not False:\n"),
    ("path.py", 'f"{about.record_key}.{len(chosen)}"', 'f"{about.record_key}.0"'),
    ("path.py", "members(document, about.section_key, listed=True)", "members(document, about.section_key)"),
    ("path.py", "if value is None or not field.kind.valid(value):", "if value is None:"),
    ("bundle.py", "required=any(step.required", "required=all(step.required"),
    ("bundle.py", "choosing=all(step.choosing", "choosing=any(step.choosing"),
    ("bundle.py", "record[to.section.key][to.name] = [ward]", "pass"),
    ("bundle.py", "and not must.holds.holds(one, other)", "and must.holds.holds(one, other)"),
    ("bundle.py", "if group.about.required and not group.members and not group.undecided:", "if group.members and False:"),
    ("gather.py", "if not step.land:", "if False:"),
    ("gather.py", "{**implied, **row}", "dict(row)"),
    ("conditions.py", "_school_year(reached(birth, 6))", "_school_year(reached(birth, 6) + dt.timedelta(days=1))"),
    ("conditions.py", "return self.first <= grade", "return self.first < grade"),
    ("path.py", "if found.key in asked), procedure.to)", "if found.key), procedure.to)"),
    ("conditions.py", "day <= (end if last <= end", "day < (end if last <= end"),
    ("conditions.py", "return birthday - dt.timedelta(days=1)", "return birthday"),
    ("conditions.py", "return False if False in verdicts else None if None in verdicts else True", "return None not in verdicts"),
    ("conditions.py", "return parts[0] if len(parts) == 1 else None", "return None"),
    ("gather.py", 'same = person.item["id"] not in others and all(', "same = all("),
    ("schema.py", 'then: Schema = {"required": [item.field.name]}', "then: Schema = {}"),
]  # fmt: skip


@pytest.mark.parametrize(("module", "truth", "lie"), MUTANTS, ids=[f"{m}-{i}" for i, (m, _, _) in enumerate(MUTANTS)])
def test_a_mutant_is_killed(module: str, truth: str, lie: str, tmp_path: Path) -> None:
    run = judged(tmp_path, module, truth, lie)
    assert run.returncode == 1, f"alive: {lie}\n{run.stdout[-2000:]}"


def test_the_judges_acquit_the_truth(tmp_path: Path) -> None:
    run = judged(tmp_path, "path.py", "if verdict:\n", "if verdict:\n")
    assert run.returncode == 0, f"whatever is red here kills every mutant\n{run.stdout[-2000:]}"


def judged(tmp_path: Path, module: str, truth: str, lie: str) -> subprocess.CompletedProcess[str]:
    """The tests of the core over a copy in which one line is another."""
    shutil.copytree(ROOT / "forms", tmp_path / "forms", ignore=shutil.ignore_patterns("__pycache__"))
    tests = tmp_path / "tests" / "unit" / "forms"
    shutil.copytree(Path(__file__).parent, tests, ignore=shutil.ignore_patterns("__pycache__", "test_mutants.py"))
    shutil.copy(ROOT / "tests" / "documents.py", tmp_path / "tests")
    for package in (tests.parent, tests.parent.parent):  # else ``forms`` would be the tests of that name
        (package / "__init__.py").touch()
    mutated = tmp_path / "forms" / module
    source = mutated.read_text()
    assert source.count(truth) == 1, "the mutant no longer fits the source"
    mutated.write_text(source.replace(truth, lie))
    judges = [str(tests / f"test_{name}.py") for name in ("conditions", "bundle", "definitions")]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), *judges],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
