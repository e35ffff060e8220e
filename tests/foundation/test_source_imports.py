"""The source files that make a result are those that are imported, wherever and however that is written."""

import py_compile

import pytest

from vestige.foundation import source_hash


@pytest.fixture
def written(tmp_path, monkeypatch):
    """A package of ours in an empty folder, to which files are added by path and text; INIT is __init__."""
    folder = tmp_path / "vestige"
    monkeypatch.setattr(source_hash, "PACKAGE", folder)

    def write(**texts: str):
        for name, text in texts.items():
            path = folder / f"{name.replace('__', '/').replace('/INIT', '/__init__')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return folder

    return write


@pytest.mark.parametrize(
    "text",
    [
        "import vestige.below",
        "import vestige.below as other",
        "from vestige import below",
        "from vestige.below import name",
        "def function():\n    from vestige.below import name",
        "if False:\n    import os, vestige.below",
        "class Late:\n    def method(self):\n        import vestige.below",
    ],
)
def test_an_import_counts_wherever_it_stands(written, text):
    written(above=text, below="name = 1")
    assert source_hash.closure("above.py") == ("above.py", "below.py")


@pytest.mark.parametrize(
    "text", ["import os", "import vestigeother", "import numpy.below", "from vestige import absent"]
)
def test_an_import_of_something_else_does_not(written, text):
    written(above=text, below="name = 1", other="")
    assert source_hash.closure("above.py") == ("above.py",)


def test_the_closure_goes_all_the_way_and_in_circles(written):
    written(
        stages__one="from vestige.parts import two",
        parts__two="import vestige.parts.three",
        parts__three="from vestige.stages.one import x",
        parts__four="",
    )
    assert source_hash.closure("stages/one.py") == ("parts/three.py", "parts/two.py", "stages/one.py")


@pytest.mark.parametrize(
    "text", ["import vestige.parts", "from vestige import parts", "from vestige.parts import name"]
)
@pytest.mark.parametrize(
    "package",
    [
        "from vestige.parts.inner import name",
        "try:\n    from vestige.parts.inner import name\nexcept ImportError:\n    name = None",
        "def name():\n    from vestige.parts import inner",
        "from .inner import name",
        "from . import inner as name",
    ],
)
def test_a_package_that_is_imported_counts_with_all_that_it_imports(written, text, package):
    written(above=text, parts__INIT=package, parts__inner="name = 1", parts__other="")
    assert source_hash.closure("above.py") == ("above.py", "parts/__init__.py", "parts/inner.py")


@pytest.mark.parametrize("text", ["from .below import name", "from . import below", "from ..stages.below import name"])
def test_a_relative_import_counts(written, text):
    written(stages__above=text, stages__below="name = 1", stages__other="")
    assert source_hash.closure("stages/above.py") == ("stages/above.py", "stages/below.py")


def test_a_package_counts_and_not_the_module_of_its_name(written):
    written(above="from vestige import below", below="", below__INIT="")
    assert source_hash.closure("above.py") == ("above.py", "below/__init__.py")


def test_of_the_whole_package_what_its_functions_import_does_not_count(written):
    lazily = "import vestige.early\ndef __getattr__(name):\n    import vestige.late"
    (written(above="", early="", late="") / "__init__.py").write_text(lazily)
    assert source_hash.closure("above.py") == ("__init__.py", "above.py", "early.py")


@pytest.mark.parametrize("hashed", ["checked-hash", "unchecked-hash"])
def test_bytecode_of_a_former_text_that_nobody_checks_is_found(written, hashed):
    written(above="x = 1")
    path = source_hash.PACKAGE / "above.py"
    py_compile.compile(str(path), invalidation_mode=py_compile.PycInvalidationMode[hashed.upper().replace("-", "_")])
    assert source_hash.stale_bytecode("above.py") is None
    path.write_text("x = 2")
    found = source_hash.stale_bytecode("above.py")
    assert (found is not None) == (hashed == "unchecked-hash")


def test_packages_are_those_that_must_be_installed(written):
    written(
        above="import os\nfrom scipy.special import stdtrit\nimport vestige.below", below="def f():\n    import torch"
    )
    assert source_hash.packages("above.py") == ("scipy", "torch")


def test_an_edited_file_is_read_again(written):
    written(above="import numpy", below="")
    assert source_hash.packages("above.py") == ("numpy",)
    written(above="import vestige.below\nimport pandas")
    assert source_hash.packages("above.py") == ("pandas",)
    assert source_hash.closure("above.py") == ("above.py", "below.py")
