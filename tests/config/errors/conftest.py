"""How a corrupted study is read."""

import pytest

from vestige.config import loading


@pytest.fixture
def refusal(tmp_path):
    """The message with which a study file is refused."""

    def of(text: str | bytes) -> str:
        path = tmp_path / "params.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(loading.StudyRefused) as refused:
            loading.read(path)
        return str(refused.value)

    return of
