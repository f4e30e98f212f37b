"""Write a migration: python -m counter.migrations "why". Read it before you commit it."""

import sys
import tempfile
from pathlib import Path

from alembic import command

from counter import migrations
from counter.database import make_engine


def main(why: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "as-migrated.sqlite"
        file.touch()
        engine = make_engine(f"sqlite:///{file}")
        if migrations.head():
            migrations.upgrade(engine)
        migrations._run(engine, lambda config: command.revision(config, message=why, autogenerate=True))
        engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
