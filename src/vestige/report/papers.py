"""The papers whose claims a study speaks to, each with the tally of its verdicts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from vestige.foundation.papers import ARTICLES
from vestige.report.verdicts import (
    ABSENT,
    CONTRADICTED,
    DECIDED,
    ERROR,
    MARKS,
    REPRODUCED,
    UNDECIDED,
    WEAKER,
    Claim,
)
from vestige.report.wording import format_list, number, plural

# Article -> what it is about, and by whom.
SAID = (
    ("Class-selective units in early training", "Ranadive, Thakurdesai, Morcos, Leavitt and Deny (2023)"),
    ("Clusters of units, upstream and downstream", "Lange, Rolnick and Kording (2022)"),
)
ABOUT = dict(zip(ARTICLES, SAID, strict=True))


@dataclass(frozen=True)
class Paper:
    """A paper with its claims; `heading` is its name, empty where it is the only one that the study speaks to."""

    article: str
    claims: tuple[Claim, ...]
    heading: str = ""

    @property
    def claims_in_study(self) -> list[Claim]:
        """The claims that the study speaks to."""
        return [claim for claim in self.claims if claim.verdict != ABSENT]

    @property
    def claims_not_in_study(self) -> list[Claim]:
        """The others."""
        return [claim for claim in self.claims if claim.verdict == ABSENT]

    @property
    def tally(self) -> list[tuple[str, str, int]]:
        """(verdict, mark, count) for each verdict there is."""
        return tally(self.claims)

    @property
    def verdict_counts(self) -> list[tuple[str, str, list[Claim]]]:
        """Its decided claims by verdict."""
        return verdict_counts(self.claims)

    @property
    def outcome(self) -> str:
        """The tally in sentences."""
        return outcome(self.claims, self.heading or "the paper")


def papers_of(claims: Iterable[Claim]) -> tuple[list[Paper], list[Paper]]:
    """The papers that a study speaks to by any claim, and the others; if it speaks to none, the first of all."""
    by_article: dict[str, list[Claim]] = {}
    for claim in claims:
        by_article.setdefault(claim.article, []).append(claim)
    papers = [Paper(article, tuple(own)) for article, own in by_article.items()]
    spoken_to = [paper for paper in papers if paper.claims_in_study] or papers[:1]
    others = [paper for paper in papers if paper not in spoken_to]
    return [replace(paper, heading=paper.article) for paper in spoken_to] if len(spoken_to) > 1 else spoken_to, others


def headline(papers: Sequence[Paper]) -> tuple[str, str]:
    """What the page is about, and by whom the papers are; as of the first where there are no claims at all."""
    said = [ABOUT[paper.article] for paper in papers] or [*ABOUT.values()][:1]
    (first, _), *others = said
    subject = "; ".join([first, *(f"{each[0].lower()}{each[1:]}" for each, _ in others)])
    return subject, ", and by ".join(authors for _, authors in said)


def unspoken(papers: Iterable[Paper]) -> str:
    """Which papers a study says nothing of, in a line."""
    return " ".join(
        f"The study does not speak to the {plural(len(paper.claims), 'claim')} of {paper.article}." for paper in papers
    )


def tally(claims: Iterable[Claim]) -> list[tuple[str, str, int]]:
    """(verdict, mark, count) for each verdict there is."""
    verdicts = [claim.verdict for claim in claims]
    return [(verdict, mark, verdicts.count(verdict)) for verdict, mark in MARKS.items()]


def verdict_counts(claims: Iterable[Claim]) -> list[tuple[str, str, list[Claim]]]:
    """(verdict, mark, claims) for each verdict that is one, in the order of the claims."""
    groups = [(verdict, MARKS[verdict], [claim for claim in claims if claim.verdict == verdict]) for verdict in DECIDED]
    return [group for group in groups if group[-1]]


def outcome(claims: Sequence[Claim], of: str = "the paper") -> str:
    """The tally in sentences, and how much of it chance may have brought."""
    counts = {verdict: count for verdict, _, count in tally(claims)}
    if not claims:
        return "No claim of the paper was asked of this study."
    absent, decided = counts[ABSENT], counts[REPRODUCED] + counts[WEAKER] + counts[CONTRADICTED]
    asked = len(claims) - absent
    said = format_list(f"{counts[verdict]} {verdict}" for verdict in (REPRODUCED, WEAKER, CONTRADICTED, UNDECIDED))
    sentences = [f"Of {plural(len(claims), 'claim')} of {of}, this study speaks to {number(asked)}: {said}."]
    if absent:
        sentences.append(f"The other {absent} {'is' if absent == 1 else 'are'} not in this study.")
    if 2 * decided < asked:
        sentences.append("Fewer than half are decided.")
    if decided:
        false = number(decided / ERROR, 2)
        sentences.append(
            "Where seeds scatter evenly to either side, each verdict that is not undecided is false in at most one of "
            f"{ERROR} such studies: of these {decided}, {false} at most are to be expected."
        )
    return " ".join(sentences)
