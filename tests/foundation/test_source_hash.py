"""The source files that make a result, and the digest that decides whether they have changed."""

import py_compile

import jinja2
import pytest

from vestige import pipeline
from vestige.config import loading
from vestige.config.registry import FAMILIES, SOURCES
from vestige.foundation import source_hash
from vestige.provenance import environment

STUDY = loading.read(source_hash.PACKAGE.parents[1] / "studies/digits.yaml")
ONE_OF_EACH = {job.stage.name: job for job in pipeline.jobs(STUDY)}
SAID = '''
"""A module."""

import math


@staticmethod
def area(radius: float, scale=1e-4):
    """The area."""
    return math.pi * radius**2 * scale  # a circle


class Shape:
    """A shape."""

    name = "circle"


class Section(Values):
    """A section of params.yaml."""

    rate: float = 0.1
    """How fast."""
    _scale: float = 1.0
    most: Final[float] = 2.0
    hidden: float = Field(3.0, exclude=True)

    def double(self):
        return 2 * self.rate
'''
SAID_OTHERWISE = {
    "a key's default": ("rate: float = 0.1", "rate: float = 0.2"),
    "a key's description": ("How fast.", "How slow."),
    "a key more": ("rate: float = 0.1", "rate: float = 0.1\n    decay: float | None = None"),
    "a comment": ("# a circle", "# a disc"),
    "no comment": ("  # a circle", ""),
    "a docstring": ('"""The area."""', '"""The area of a circle."""'),
    "no docstring": ('    """The area."""\n', ""),
    "the module's docstring": ('"""A module."""', ""),
    "an empty line": ("import math\n", "import math\n\n\n"),
    "quotation marks": ('"circle"', "'circle'"),
    "parentheses": ("math.pi * radius**2 * scale", "((math.pi * (radius**2)) * scale)"),
    "a number's spelling": ("1e-4", "0.0001"),
    "a broken line": ("radius: float, scale", "radius: float,\n         scale"),
}
ANOTHER_MEANING = {
    "a section's method": ("2 * self.rate", "3 * self.rate"),
    "a section's private attribute": ("_scale: float = 1.0", "_scale: float = 1.5"),
    "a section's constant": ("Final[float] = 2.0", "Final[float] = 2.5"),
    "a field that is in no text": ("Field(3.0", "Field(3.5"),
    "what a class holds": ('name = "circle"', 'name: str = "circle"'),
    "a constant": ("**2", "**3"),
    "a number's type": ("**2", "**2.0"),
    "a default": ("scale=1e-4", "scale=1e-3"),
    "a string": ('"circle"', '"disc"'),
    "an operator": ("radius**2 *", "radius**2 /"),
    "an order of operations": ("math.pi * radius**2 * scale", "math.pi * (radius**2 * scale)"),
    "a name": ("math.pi", "math.e"),
    "a function's name": ("def area", "def surface"),
    "a parameter's name": ("scale", "factor"),
    "an annotation": ("radius: float", "radius: int"),
    "a decorator": ("@staticmethod\n", ""),
    "a base class": ("class Shape:", "class Shape(dict):"),
    "a statement more": ("import math\n", "import math\nimport os\n"),
}


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


def digest_of(folder, text: str) -> str:
    """The digest of a file with some text."""
    path = folder / "file.py"
    path.write_text(text, encoding="utf-8")
    return source_hash.file_digest(path)


@pytest.mark.parametrize(("old", "new"), SAID_OTHERWISE.values(), ids=SAID_OTHERWISE)
def test_what_only_people_read_leaves_the_digest(tmp_path, old, new):
    assert old in SAID
    assert digest_of(tmp_path, SAID.replace(old, new)) == digest_of(tmp_path, SAID)


@pytest.mark.parametrize(("old", "new"), ANOTHER_MEANING.values(), ids=ANOTHER_MEANING)
def test_what_python_does_changes_the_digest(tmp_path, old, new):
    assert old in SAID
    assert digest_of(tmp_path, SAID.replace(old, new)) != digest_of(tmp_path, SAID)


# suffix -> texts that say the same, and texts that say another thing each.
ALIKE = {
    ".mplstyle": (
        ["font.size: 8\n", "font.size: 8  # points\n", "# a style\n\nfont.size: 8 \n"],
        ["font.size: 9\n", 'text.color: "#aa0000"\n', 'text.color: "#bb0000"\n'],
    ),
    ".css": (
        ["p { margin: 0 }\n", "/* all */\np { margin: 0 } /* of\n them */\n"],
        ["p { margin: 1 }\n", 'p { content: "/* a */" }\n', 'p { content: "/* b */" }\n'],
    ),
    ".jinja": (
        ["<p>{{ a }}</p>\n", "{# a page #}\n<p>{{ a }}</p>\n", "<p>{# of\n a #}{{ a }}</p>\n"],
        [
            "<p>{{ b }}</p>\n",
            '<p>{{ "{# a #}" }}</p>\n',
            '<p>{{ "{# b #}" }}</p>\n',
            "<p>{#- a -#} {{ a }}</p>\n",
            "\n<p>{{ a }}</p>\n",
        ],
    ),
    ".yaml": (["a: 1\n"], ["a: 1 # a\n", "a: 1 \n"]),
}


@pytest.mark.parametrize("suffix", ALIKE)
def test_of_a_file_that_is_not_python_comments_alone_say_nothing(tmp_path, suffix):
    def digest(text: str) -> str:
        (tmp_path / f"file{suffix}").write_text(text)
        return source_hash.file_digest(tmp_path / f"file{suffix}")

    alike, others = ALIKE[suffix]
    assert len({digest(text) for text in alike}) == 1
    assert len({digest(text) for text in (alike[0], *others)}) == 1 + len(others)


@pytest.mark.parametrize("text", ALIKE[".jinja"][0])
def test_templates_that_count_as_the_same_make_the_same_page(text):
    how = {"trim_blocks": True, "lstrip_blocks": True, "keep_trailing_newline": True}
    assert jinja2.Template(text, **how).render(a=1) == "<p>1</p>\n"


def test_a_source_means_the_same_in_words_that_no_version_of_python_changes():
    assert source_hash.parse_meaning(b"x = -1  # note") == (
        "Module",
        (
            "body",
            (
                (
                    "Assign",
                    ("targets", (("Name", ("id", "x"), ("ctx", ("Store",))),)),
                    ("value", ("UnaryOp", ("op", ("USub",)), ("operand", ("Constant", ("value", 1))))),
                ),
            ),
        ),
    )


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


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_the_versions_of_all_that_a_stage_imports_are_known(name):
    versions = environment.versions(ONE_OF_EACH[name].code)
    assert {"numpy", "pydantic"} & versions.keys()
    assert all(number[0].isdigit() for number in versions.values()), versions


def test_a_package_is_recorded_under_the_name_by_which_it_is_installed():
    assert {"scikit-learn", "numpy"} <= set(environment.versions(ONE_OF_EACH["images"].code))


@pytest.mark.parametrize("name", ["training", "selectivity", "ablation", "cka"])
def test_a_stage_takes_its_own_network_and_images_and_no_others(name):
    made = {
        path
        for path in ONE_OF_EACH[name].code
        if path in {*map("models/{}.py".format, FAMILIES), *map("data/{}.py".format, SOURCES)}
    }
    assert made == {f"models/{STUDY.network.family}.py", f"data/{STUDY.images.source}.py"}


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_raising_the_format_makes_every_result_stale(name):
    assert "foundation/format.py" in ONE_OF_EACH[name].code


def test_an_editors_lock_beside_a_source_file_hinders_nothing(tmp_path, monkeypatch):
    (tmp_path / "training.py").write_text("")
    (tmp_path / ".#training.py").symlink_to("somebody@here.17")
    monkeypatch.setattr(source_hash, "PACKAGE", tmp_path)
    assert list(source_hash.identities()) == [tmp_path / "training.py"]
