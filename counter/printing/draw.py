"""Draws the blank pages of every sheet that is printed today, in a process that ends: `python -m counter.printing.draw FOLDER`."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path

MOST_SECONDS = 600
ROOT = Path(__file__).resolve().parents[2]

_drawn: set[Path] = set()
_turn = threading.Lock()


def apart(folder: Path) -> None:
    """See to it that the pages lie in `folder`, once a process: what draws them would stay in memory (150 MB)."""
    with _turn:
        if folder in _drawn:
            return
        _drawn.add(folder)  # a try that fails is not repeated: each page is drawn when it is asked for, as before
        environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            subprocess.run(
                [sys.executable, "-m", "counter.printing.draw", str(folder)],
                cwd=ROOT,
                env=environment,
                timeout=MOST_SECONDS,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )


def main() -> None:
    from counter.printing import packed_blanks
    from counter.services.sheets import MOST_ROWS, on_paper
    from forms import paper

    os.nice(10)
    for procedure in on_paper().values():
        packed_blanks(paper.sheet(procedure, MOST_ROWS), folder=Path(sys.argv[1]))


if __name__ == "__main__":
    main()
