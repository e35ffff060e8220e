"""Real images, where there are any: in the folder that VESTIGE_DATA names, or in shared/data beside the project."""

import os
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

DATA = Path(os.environ.get("VESTIGE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))


@pytest.fixture
def real():
    """A folder of real images by its name; the test is skipped where there is none."""

    def found(name: str) -> str:
        if not (DATA / name).is_dir():
            pytest.skip(f"there is no {DATA / name}")
        return str(DATA / name)

    return found


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and says nothing of it."""

    def log_message(self, *arguments):
        pass


@pytest.fixture
def served(tmp_path):
    """The address under which the test's own folder is served."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path)) as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
