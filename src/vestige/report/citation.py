"""How to cite this software and the two papers whose experiments it runs: the same as in CITATION.cff."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Work:
    """A work to cite; `authors` are (given, family) names, `preprint` is its arXiv number."""

    key: str
    kind: str
    authors: tuple[tuple[str, str], ...]
    title: str
    journal: str = ""
    year: int | None = None
    preprint: str = ""
    url: str = ""
    version: str = ""

    @property
    def names(self) -> str:
        """Its authors, as a list of references says them."""
        shown = [" ".join(filter(None, author)) for author in self.authors]
        return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))

    @property
    def address(self) -> str:
        """Where it is to be read."""
        return self.url or (f"https://arxiv.org/abs/{self.preprint}" if self.preprint else "")

    @property
    def bibtex(self) -> str:
        """Its entry in BibTeX."""
        fields = {
            "title": f"{{{self.title}}}",
            "author": " and ".join(", ".join(filter(None, reversed(author))) for author in self.authors),
            "journal": self.journal,
            "year": str(self.year or ""),
            "version": self.version,
            "eprint": self.preprint,
            "archiveprefix": "arXiv" if self.preprint else "",
            "url": self.url,
        }
        lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
        return f"@{self.kind}{{{self.key},\n" + ",\n".join(lines) + "\n}"


SOFTWARE = Work(
    key="vestige",
    kind="software",
    authors=(("", "The vestige developers"),),
    title="vestige: class-selective units in early training",
    version="0.1.0",
)
PAPERS = (
    Work(
        key="ranadive2023class",
        kind="article",
        authors=(
            ("Omkar", "Ranadive"),
            ("Nikhil", "Thakurdesai"),
            ("Ari S.", "Morcos"),
            ("Matthew L.", "Leavitt"),
            ("Stéphane", "Deny"),
        ),
        title="On the special role of class-selective neurons in early training",
        journal="Transactions on Machine Learning Research",
        year=2023,
        preprint="2305.17409",
    ),
    Work(
        key="lange2022clustering",
        kind="article",
        authors=(("Richard D.", "Lange"), ("David S.", "Rolnick"), ("Konrad P.", "Kording")),
        title="Clustering units in neural networks: upstream vs downstream information",
        journal="Transactions on Machine Learning Research",
        year=2022,
        preprint="2203.11815",
        url="https://openreview.net/forum?id=Euf7KofunK",
    ),
)
