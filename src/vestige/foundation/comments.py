"""Styles, style sheets and templates without their comments, on which no result depends."""

import re

# A text in quotes, which is kept, or a comment: of matplotlib's styles, and of style sheets.
STYLE = re.compile(r'(?P<kept>"[^"\n]*")|#[^\n]*')
SHEET = re.compile(r"(?P<kept>\"[^\"\n]*\"|'[^'\n]*')|/\*.*?\*/", re.DOTALL)
# Of templates of Jinja (kept are expressions and statements), with the end of line and the indentation that it takes
# out too where `trim_blocks` and `lstrip_blocks` hold; one that trims more is no mere comment.
TEMPLATE = re.compile(
    r"(?P<kept>\{\{.*?\}\}|\{%.*?%\})|(?m:^[ \t]*)?\{#(?![-+])(?:(?!#\}).)*(?<![-+])#\}\n?", re.DOTALL
)


def without_comments(text: str, suffix: str) -> str:
    """A text of a file with a suffix without comments, and but in templates without empty lines; of other files all."""
    match suffix:
        case ".jinja":
            return TEMPLATE.sub(lambda found: found["kept"] or "", text)
        case ".css" | ".mplstyle":
            kept = (SHEET if suffix == ".css" else STYLE).sub(lambda found: found["kept"] or "", text)
            return "".join(f"{line.rstrip()}\n" for line in kept.splitlines() if line.strip())
    return text
