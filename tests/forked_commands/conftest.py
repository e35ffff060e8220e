"""A forkserver that tests ask."""

import pytest
from engines import wait_for
from warm import forkserver


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The environment in which commands find a forkserver, the product's own."""
    folder = tmp_path_factory.mktemp("served") / "forkserver"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TQDM_DISABLE", "1")
        patch.chdir(folder.parent)
        process = forkserver.start(folder)
    wait_for((folder / forkserver.SOCKET).exists)
    yield {forkserver.FOLDER: str(folder)}
    process.terminate()
    process.wait()
