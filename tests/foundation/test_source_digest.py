"""The digest of a source file changes with what it means, and not with what only people read."""

import jinja2
import pytest

from vestige.foundation import source_hash

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
