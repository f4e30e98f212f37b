"""The small network that tells marks apart: a thin session over ocr/models/marks.onnx."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ocr.arrays import Floats, Gray
from ocr.engines import EngineMissing

MODEL = Path(__file__).parents[1] / "models" / "marks.onnx"
DIGEST = "54303fe027c18e8bf7879d92fcddd80003ca9bbd1ba25d567764d0fe50d6aa39"
"""SHA-256 of the file that the thresholds of ocr/marks_reading.py were chosen for."""
BATCH = 32


class MarkNet:
    """Held in memory; thread-safe, as onnxruntime's sessions are."""

    def __init__(self, model: bytes) -> None:
        try:
            import onnxruntime
        except ImportError as missing:
            raise EngineMissing("onnxruntime") from missing
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # a page's marks take milliseconds: a second thread costs more than it brings
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def chances(self, views: Sequence[Gray]) -> Floats:
        """One row a view (see `ocr.marks_view`): how likely nothing, a mark, a mark struck out, a person must decide."""
        parts = [
            np.asarray(self._session.run(None, {"views": np.stack(views[start : start + BATCH])})[0], np.float32)
            for start in range(0, len(views), BATCH)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, 4), np.float32)


@cache
def shipped_net() -> MarkNet:
    """The network that is shipped, loaded once a process. Raises `EngineMissing` where it or onnxruntime is not there,
    or where the file is another than the thresholds were chosen for."""
    if not MODEL.is_file():
        raise EngineMissing(MODEL.name)
    model = MODEL.read_bytes()
    if hashlib.sha256(model).hexdigest() != DIGEST:
        raise EngineMissing(f"{MODEL.name} of another make")
    return MarkNet(model)
