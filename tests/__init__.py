"""Tests; a package, so that tests may share tests.databases, tests.servers and the generators."""

import ocr  # noqa: F401 - before numpy: it says how many threads numpy's matrices get, here as in a worker
