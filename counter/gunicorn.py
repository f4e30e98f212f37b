"""How gunicorn serves the counter; settings are environment variables (docs/operations.md)."""

import gc
import os
import socket
import struct
import sys
from pathlib import Path
from typing import Any

bind = os.environ.get("COUNTER_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("COUNTER_PROCESSES", "2"))
threads = int(os.environ.get("COUNTER_THREADS", "8"))
preload_app = True  # loaded once, before the processes part: quicker to start, and less memory
timeout = 60
graceful_timeout = 20
control_socket_disable = True
forwarded_allow_ips = os.environ.get("COUNTER_PROXIES", "127.0.0.1")
loglevel = "warning"
# Seconds that a caller may fall silent in the middle of a request, or not take an answer, before the thread is freed.
silence = int(os.environ.get("COUNTER_SILENCE", "20"))


def post_worker_init(worker: Any) -> None:
    """What is loaded at the start stays: the collector need not walk it again, which would hold a request for 100 ms."""
    gc.collect()
    gc.freeze()


def when_ready(server: Any) -> None:
    """Say where the counter is, and the demo's sign-ins where there is a demo."""
    for listener in server.LISTENERS:
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):  # Linux hands them on to every connection
            listener.sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", silence, 0))
    lines = [f"スマート電子窓口  http://{bind}/"]
    welcome = os.environ.get("COUNTER_WELCOME")
    if welcome:
        lines.append(Path(welcome).read_text("utf-8"))
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
