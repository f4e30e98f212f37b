"""The real thing in processes of its own: gunicorn and workers over one installation, to be driven or killed."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

from tests.databases import Home

ROOT = Path(__file__).parent.parent


class Server:
    """`with Server(home) as server: server.url …`; `kill()` is kill -9 of everything, `start()` brings it back."""

    def __init__(
        self,
        home: Home,
        *,
        processes: int = 1,
        threads: int = 8,
        workers: int = 0,
        app: str = "wsgi:app",
        environment: dict[str, str] | None = None,
    ) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._size = (processes, threads, workers)
        self._app = app
        self._environment = {**home.environment, **(environment or {})}
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        processes, threads, workers = self._size
        log = (self.home.instance / "server.log").open("ab")
        python = [sys.executable, "-m"]
        commands = [
            [
                *python,
                "gunicorn",
                "--bind",
                f"127.0.0.1:{self.port}",
                "--worker-class",
                "gthread",
                "--workers",
                str(processes),
                "--threads",
                str(threads),
                self._app,
            ]
        ]
        commands += [[*python, "flask", "--app", "wsgi", "worker"]] * workers
        with log:
            self._running = [
                subprocess.Popen(
                    command, cwd=ROOT, env=self._environment, stdout=log, stderr=log, start_new_session=True
                )
                for command in commands
            ]
        self._wait()

    def kill(self) -> None:
        """No goodbye: every process of every group at once."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def log(self) -> str:
        return (self.home.instance / "server.log").read_text(errors="replace")

    def _end(self, how: signal.Signals) -> None:
        for process in self._running:
            try:
                os.killpg(process.pid, how)
            except ProcessLookupError:
                continue
        for process in self._running:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._running = []

    def _wait(self) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self._running[0].poll() is not None:
                break
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
            finally:
                connection.close()
            time.sleep(0.05)
        log = self.log()[-4000:]
        self.kill()
        raise RuntimeError(f"the server did not come up:\n{log}")

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
