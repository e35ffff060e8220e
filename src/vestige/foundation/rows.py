"""What each stage is: the only list of stages, one row each, as pure data."""

from dataclasses import replace

from vestige.foundation.stage import EVERY, FIGURE, NETWORKS, PAIR, RUN, SET, STUDY, TRAINED, Stage

DESCRIBING = ("selectivity", "cka", "association", "clustering", "agreement")  # stages whose settings others read too
SOURCE, FAMILY = "data/{study.images.source}.py", "models/{study.network.family}.py"
# The file whose class a section of params.yaml is, where that is not the file of a stage of its name.
CLASSES = {"images": SOURCE, "network": FAMILY}
DESCRIBED = "{study.images.described_by}"


def measure(name: str, settings: tuple[str, ...], reads: tuple[str, ...] = ("images", "training"), **more) -> Stage:
    """The row of a stage that measures networks, trained ones if nothing else is said."""
    described = (f"stages/{key}.py" for key in settings if key in DESCRIBING)  # the classes of its sections
    code = (f"stages/{name}.py", SOURCE, FAMILY, *(file for file in described if file != f"stages/{name}.py"))
    row = {"axis": RUN, "networks": True, "hours": 8} | more
    return Stage(name, reads=reads, settings=(*NETWORKS, *settings), code=code, **row)


MADE = (
    Stage(
        "images",
        settings=("images",),
        code=("stages/images.py", SOURCE, DESCRIBED),
        own_function=DESCRIBED,
        stores="work/images",
        lists_places=True,
        hours=12,
    ),
    Stage(
        "network",
        reads=("images",),
        settings=("images", "network"),
        code=("stages/network.py", FAMILY),
        figures=True,
    ),
    Stage(
        "training",
        RUN,
        reads=("images",),
        settings=(*NETWORKS, "training", "conditions.{condition}"),
        code=("stages/training.py", SOURCE, FAMILY),
        folder="results/{study}/checkpoints/{condition}-seed{seed}",
        resumes=True,
        networks=True,
        hours=48,
        epochs=TRAINED,
        claims=True,
        figures=True,
        figures_read=("images",),  # they say how many classes there are
    ),
    measure("selectivity", ("selectivity",), epochs=EVERY, hours=4, claims=True, figures=True),
    measure(
        "ablation",
        ("selectivity", "ablation"),
        ("images", "training", "selectivity"),
        applies=True,
        epochs="ablation",
        hours=48,
        claims=True,
        figures=True,
    ),
    measure("cka", ("cka",), applies=True, epochs="cka", claims=True, figures=True),
    measure("between", ("cka",), axis=PAIR, epochs="cka", claims=True, figures=True),
    measure(
        "association",
        ("association",),
        applies=True,
        epochs="association",
        figures=True,
        figures_gather=("clustering",),  # sorted matrices
    ),
    Stage(
        "clustering",
        RUN,
        reads=("association",),
        settings=("clustering",),
        code=("stages/clustering.py",),
        covers="association",
        epochs="association",
        figures=True,
        figures_gather=("training", "untrained"),  # how accurate networks are, and what they have from the start
        claims=True,
        hours=8,
    ),
    Stage(
        "agreement",
        RUN,
        reads=("association", "clustering"),
        settings=("agreement",),
        code=("stages/agreement.py",),
        covers="association",
        epochs="association",
        figures=True,
        figures_gather=("training", "untrained"),
        claims=True,
    ),
    measure(
        "untrained",
        ("association", "clustering", "agreement", "untrained.{set}"),
        ("images",),
        axis=SET,
        claims=True,
    ),
    Stage(
        "norms",
        RUN,
        reads=("training",),
        settings=("norms",),
        code=("stages/norms.py",),
        applies=True,
        epochs="norms",
        figures=True,
        figures_gather=("training",),
    ),
    Stage(
        "cluster_classes",
        RUN,
        reads=("clustering", "selectivity"),
        code=("stages/cluster_classes.py",),
        covers="association",
        epochs="association",
        figures=True,
        claims=True,
    ),
    measure(
        "cluster_ablation",
        ("cluster_ablation",),
        ("images", "training", "clustering"),
        applies=True,
        epochs="association",
        figures=True,
        figures_gather=("training",),
        claims=True,
    ),
)


def figure_stage(row: Stage) -> Stage:
    """The row of the figures drawn from one kind of result."""
    return Stage(
        f"figures_{row.name}",
        FIGURE,
        reads=row.figures_read,
        gathers=(row.name, *row.figures_gather),
        settings=(f"figures.{row.name}.{{figure}}",),
        code=("figures/rendering.py", "figures/{plot}.py", "figures/style.mplstyle"),
        suffix=".png",
        beside=("results/{study}/figures/{figure}.pdf", "results/{study}/figures/{figure}.csv"),
        kind=row.name,
        rows="figures/paper.yaml",
    )


DRAWN = tuple(figure_stage(row) for row in MADE if row.figures)
MEASURES = tuple(row.name for row in MADE if row.axis != STUDY)
TOLD = (  # measures of whose steps the page tells
    *("ablation", "cka", "association", "clustering", "agreement"),
    *("untrained", "norms", "cluster_classes", "cluster_ablation"),
)
PAGE = (  # the files of the report's template
    *("page", "verdict", "claims", "figures", "card", "marks"),
    *(f"of_{name}" for name in TOLD),
)

STAGES = {
    row.name: row
    for row in (
        *MADE,
        *DRAWN,
        Stage(
            "claims",
            reads=("images",),
            gathers=tuple(row.name for row in MADE if row.claims),
            code=("stages/claims.py",),
            beside=("results/{study}/claims.json",),
            rows="claims/paper.yaml",
        ),
        Stage(
            "report",
            reads=("images", "network", "claims"),
            gathers=(*MEASURES, *(row.name for row in DRAWN)),
            settings=(
                *("study", "device", "threads", "seeds", "images", "network", "training", "conditions"),
                *("selectivity", "between", "applies", "figures"),
            ),
            code=(
                "stages/report.py",
                "report/style.css",
                *(f"report/{part}.html.jinja" for part in PAGE),
            ),
            suffix=".html",
        ),
    )
}

# The row of a stage in conditions whose networks were trained elsewhere: it reads their checkpoints.
GIVEN = {
    "training": replace(
        STAGES["training"],
        settings=(*NETWORKS, "training.batch_size"),
        code=("stages/external_checkpoints.py", SOURCE, FAMILY),
        own_function="stages/external_checkpoints.py",
        resumes=False,
        epochs=EVERY,
        hours=8,
    )
}
