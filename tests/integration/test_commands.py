"""The operator's commands keep their names and say what they did."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from counter.cli import COMMANDS
from counter.extensions import Store
from counter.models.audit import AuditEvent
from counter.services import audit
from forms.procedures import CATALOGUE

CONTRACT = {"procedures", "sheet", "read", "seed-demo", "worker", "backup", "restore", "verify-audit", "migrate"}


def test_the_contract_is_kept() -> None:
    assert set(COMMANDS) >= CONTRACT


def test_procedures_are_listed(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["procedures"])
    assert done.exit_code == 0
    assert [line.split("\t")[0] for line in done.output.splitlines()] == sorted(CATALOGUE)


def test_backup_and_restore(app: Flask, tmp_path: Path) -> None:
    run = app.test_cli_runner().invoke
    file = str(tmp_path / "backup.tar")
    done = run(args=["backup", file])
    assert done.exit_code == 0, done.output
    assert "verified" in done.output
    assert "It holds the master key" in done.output
    assert "--force" in run(args=["backup", file]).output
    refused = run(args=["restore", file])
    assert refused.exit_code == 1
    assert "--force" in refused.output
    assert run(args=["restore", file, "--force"]).exit_code == 0
    assert run(args=["verify-audit"]).exit_code == 0


def test_a_file_that_is_no_backup_is_refused(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    done = app.test_cli_runner().invoke(args=["restore", str(tmp_path / "x"), "--force"])
    assert done.exit_code == 1
    assert "is no backup" in done.output


def test_verify_audit_tells_what_is_wrong(app: Flask, store: Store) -> None:
    with store.scope() as session:
        audit.record(session, "131083", "staff:1", "look", "X")
    assert app.test_cli_runner().invoke(args=["verify-audit"]).output == "The audit log is whole.\n"
    with store.scope() as session:
        session.execute(sa.update(AuditEvent).values(actor="staff:2"))
    done = app.test_cli_runner().invoke(args=["verify-audit"])
    assert done.exit_code == 1
    assert "does not fit its commitment" in done.output


def test_migrate_refuses_over_a_loss(app: Flask) -> None:
    app.config["MASTER_KEY_FILE"].unlink()
    done = app.test_cli_runner().invoke(args=["migrate"])
    assert done.exit_code == 1
    assert "master key" in done.output


@pytest.mark.parametrize("name", sorted(CONTRACT - {"read"}))
def test_commands_explain_themselves(app: Flask, name: str) -> None:
    done = app.test_cli_runner().invoke(args=[name, "--help"])
    assert done.exit_code == 0
    assert len(done.output.splitlines()) > 3
