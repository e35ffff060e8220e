"""What each stage is: the only list of stages, one row each, as pure data."""

from dataclasses import dataclass, replace

# The axes along which a stage has results: one a study, a run (condition and seed), a pair of conditions
# with a seed, a set of untrained networks, or a figure.
STUDY, RUN, PAIR, SET, FIGURE = "study", "run", "pair", "set", "figure"
CELLS = {RUN: "{condition}-seed{seed}", PAIR: "{pair}-seed{seed}", SET: "{set}", FIGURE: "{figure}"}
# The keys of params.yaml that say which results an axis has; `{covered}` is the key that names the conditions.
WHICH = {STUDY: (), RUN: ("{covered}", "seeds"), PAIR: ("between", "seeds"), SET: ("untrained",)}
# What a stage that runs networks reads of params.yaml beside settings of its own.
NETWORKS = ("device", "threads", "images", "network")
# Over which epochs of a run a stage goes, where no section of settings names them.
TRAINED, EVERY = "passes over the images", "all checkpoints"


@dataclass(frozen=True)
class Stage:
    """One row.

    `reads` names the stages whose result is read: that of the same cell, or the study's only one; a stage of pairs
    reads those of its `first` and `second` run. `gathers` names the stages all of whose results are read. `settings`
    are keys of params.yaml, `code` the files from which its import closure begins: the first holds its function.
    """

    name: str
    axis: str = STUDY
    reads: tuple[str, ...] = ()
    gathers: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    suffix: str = ".nc"
    beside: tuple[str, ...] = ()  # files written with the result
    folder: str = ""  # of files that the stage fills beside its result; whoever reads its result is handed it
    resumes: bool = False  # whether it goes on from what any run with the same beginning has left
    networks: bool = False  # whether it runs networks, on the device of the study
    applies: bool = False  # whether `applies` says which conditions it covers; else it covers all
    covers: str = ""  # the stage whose conditions it covers, where `applies` has none of its own name
    epochs: str = ""  # over which it goes: TRAINED, EVERY, or the section whose key `epochs` lists them; none where ""
    claims: bool = False  # whether claims are decided by it
    figures: bool = False  # whether figures are drawn of it
    figures_read: tuple[str, ...] = ()  # what those read beside it
    figures_gather: tuple[str, ...] = ()  # other kinds of results, all of which those are handed beside it
    kind: str = ""  # of result from which it draws figures
    rows: str = ""  # the file of rows that it is handed by value, each of which it is made of
    own_function: str = ""  # a file that may hold the stage's function in place of its own
    lists_places: bool = False  # whether it reads what lies at the places that the study names
    stores: str = ""  # the folder of what it leaves for other jobs to read
    hours: int = 1  # that a job of it may take on a cluster where nobody knows how long it does

    @property
    def output(self) -> str:
        """The path of a result, to be filled in with what tells it from the stage's others."""
        if self.axis == STUDY:
            return f"results/{{study}}/{self.name}{self.suffix}"
        return f"results/{{study}}/{'figures' if self.kind else self.name}/{CELLS[self.axis]}{self.suffix}"

    @property
    def group(self) -> str:
        """Under which name its jobs are counted and priced: those of all kinds of figures are one."""
        return "figures" if self.kind else self.name

    @property
    def condition_key(self) -> str:
        """The key of `applies` that names its conditions; empty where it covers all."""
        return self.covers or (self.name if self.applies else "")

    @property
    def axis_keys(self) -> tuple[str, ...]:
        """The keys of params.yaml that say which results it has."""
        covered = f"applies.{self.condition_key}" if self.condition_key else "conditions"
        return tuple(key.format(covered=covered) for key in WHICH[self.axis])


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
