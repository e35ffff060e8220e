"""A page taken apart: its elements with their attributes and text."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "img", "br", "hr", "input"}
APART = {"td", "th", "dt", "dd", "li", "summary", "h2", "h3"}  # what they hold is a word apart from what follows


@dataclass
class Element:
    """An element of a page."""

    tag: str
    attributes: dict
    parent: "Element | None"
    words: list = field(default_factory=list)

    @property
    def text(self):
        """All text inside, blanks made one."""
        return " ".join("".join(self.words).split())

    def inside(self, tag):
        """Whether it stands inside an element of that name."""
        return self.parent is not None and (self.parent.tag == tag or self.parent.inside(tag))

    def within(self, identity):
        """Whether it stands inside the element of an id."""
        if self.parent is None:
            return False
        return self.parent.attributes.get("id") == identity or self.parent.within(identity)


class Page(HTMLParser):
    """The elements of a page in order; raises ValueError where they do not close in order."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.open = [], []
        self.feed(html)
        self.close()
        if self.open:
            raise ValueError(f"{self.open[-1].tag} is not closed")

    def handle_starttag(self, tag, attrs):
        self.elements.append(Element(tag, dict(attrs), self.open[-1] if self.open else None))
        if tag not in VOID:
            self.open.append(self.elements[-1])

    def handle_startendtag(self, tag, attrs):
        self.elements.append(Element(tag, dict(attrs), self.open[-1]))

    def handle_endtag(self, tag):
        if tag in APART:
            self.handle_data(" ")
        if self.open.pop().tag != tag:
            raise ValueError(f"{tag} closes what is not open")

    def handle_data(self, data):
        for element in self.open:
            element.words.append(data)

    def all(self, tag, **attributes):
        """The elements of a name with the given attributes."""
        return [e for e in self.elements if e.tag == tag and attributes.items() <= e.attributes.items()]

    def one(self, identity):
        """The element of an id."""
        (found,) = [e for e in self.elements if e.attributes.get("id") == identity]
        return found
