"""Networks as onnxruntime runs them here: two threads, no spinning, no arena."""

from __future__ import annotations

from typing import Any

from ocr.engines import EngineMissing

THREADS = 2


def session(model: bytes, threads: int = THREADS) -> Any:
    """An ONNX model held in memory, safe to use from several threads. Raises EngineMissing without onnxruntime."""
    try:
        import onnxruntime
    except ImportError as missing:
        raise EngineMissing("onnxruntime") from missing
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # the arena keeps one block a width and grows to 2 GB
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # the other cores serve the web
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def only_fetched() -> Any:
    """Options of a run: what is not asked for is not computed."""
    import onnxruntime

    options = onnxruntime.RunOptions()
    options.only_execute_path_to_fetches = True
    return options
