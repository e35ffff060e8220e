"""Puts the page together: everything on it comes from what the stage was handed."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from vestige.foundation.comments import without_comments
from vestige.report import citation
from vestige.report.card import card, disagreement
from vestige.report.conditions import conditions_of
from vestige.report.embedded_figures import ROWS, plates_of
from vestige.report.evidence import proofs_of
from vestige.report.limits import limits, what_is_hardly_learnt
from vestige.report.links import link_claims_and_figures
from vestige.report.overview import paragraph
from vestige.report.papers import headline, outcome, papers_of, unspoken
from vestige.report.verdicts import claims_of, has_few_seeds
from vestige.report.wording import number, plural, typeset

HERE = Path(__file__).parent


def page(settings, images, network, claims, figures, training, **measures) -> str:
    """The HTML of the report; the same inputs give the same bytes. Of the `measures`, by kind, only proofs are read."""
    told, conditions = claims_of(claims), conditions_of(training, images.sizes["class"])
    papers, others = papers_of(told)
    subject, authors = headline(papers)
    plates = plates_of(figures)
    shown_in, bearing = link_claims_and_figures(told, plates)
    measured = [result for results in measures.values() for result in results]
    proofs = proofs_of(images, network, claims, *training, *measured) + [plate.proof for plate in plates]
    return render_template(
        study=settings.study,
        paragraph=paragraph(settings, images, network, conditions, proofs),
        papers=papers,
        subject=subject,
        authors=authors,
        unspoken=unspoken(others) if papers else outcome(()),
        has_few_seeds=has_few_seeds(told),
        unlearnt=what_is_hardly_learnt(conditions, images.sizes["class"]),
        limits=limits(told),
        plates=plates,
        shown_in=shown_in,
        bearing=bearing,
        conditions=conditions,
        card=card(settings, images, network, training, proofs),
        measures=[kind for kind, results in measures.items() if results],
        works=(*citation.PAPERS, citation.SOFTWARE),
        version=citation.SOFTWARE.version,
    )


def render_template(**values: Any) -> str:
    """The template filled in; every value is escaped."""
    pages = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    pages.filters |= {"number": number, "disagreement": disagreement, "several": plural, "typeset": typeset}
    style = without_comments((HERE / "style.css").read_text(encoding="utf-8"), ".css")
    return pages.get_template("page.html.jinja").render(style=style, rows=ROWS, **values)
