"""Write a migration: python -m counter.migrations "why". Read it before you commit it."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import Script

from counter import migrations
from counter.database import make_engine


def main(why: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "as-migrated.sqlite"
        file.touch()
        engine = make_engine(f"sqlite:///{file}")
        if migrations.head():
            migrations.upgrade(engine)
        migrations.run(engine, lambda config: _write(config, why))
        engine.dispose()


def _write(config: Config, why: str) -> None:
    """Numbered, so that the folder reads like a history."""
    number = len(list((Path(migrations.__file__).parent / "versions").glob("*.py"))) + 1
    made = command.revision(config, message=why, autogenerate=True, rev_id=f"{number:04}")
    assert isinstance(made, Script)
    file = Path(made.path)
    file.write_text(re.sub(r"\n +# ###.*", "", file.read_text("utf-8")), "utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(file)], check=True)


if __name__ == "__main__":
    main(sys.argv[1])
