"""A reading process that does what a page's first pixel says: reads, hangs, crashes, eats memory, stumbles or compares."""

from __future__ import annotations

import os
import signal
import sys
import types
from typing import Any

READS, HANGS, CRASHES, EATS, STUMBLES, COMPARES = 10, 20, 30, 40, 50, 60


def read_page(image: Any, templates: Any, **_: Any) -> Any:
    import numpy as np

    from ocr.results import PageReading

    match int(image[0, 0, 0]):
        case 20:
            signal.pause()
        case 30:
            os.kill(os.getpid(), signal.SIGSEGV)
        case 40:
            np.ones((4096, 1024, 1024), np.uint8).sum()
        case 50:
            raise ValueError("a person's name")
        case 60:
            from ocr import fingerprints

            for template in templates.values():
                fingerprints.warm([template])
    return PageReading(False, None, None, None, f"{os.getpid()}", 0.1, {}, (), image)


def main() -> None:
    fake: Any = types.ModuleType("ocr.reading")
    fake.read_page, fake.prepare = read_page, lambda: None
    fake.shipped_readers = lambda: types.SimpleNamespace(first=None)
    fake.Readers = object
    sys.modules["ocr.reading"] = fake
    from ocr import reader_child

    reader_child.main()


if __name__ == "__main__":
    main()
