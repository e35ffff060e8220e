"""What each result is made from: the one table that making, verifying and planning use."""

from dataclasses import dataclass

from vestige.config.choices import KINDS, PER_RUN
from vestige.config.study import SCIENCE

RUN = "{condition}-seed{seed}"
MEASURED = ("device", "threads", "images", "network")
# What figures of a kind share beyond the drawing: they all depend on it, as one DVC stage draws them.
SHARED = {
    "training": ("figures/accuracy.py", "metrics/summaries.py"),
    "selectivity": ("figures/strength_grid.py",),
    "cka": ("figures/panels.py",),
}
PAGE = ("page", "claims", "figures", "card", "marks")  # the parts of the report's template
MAKERS = ("data/{study.images.source}.py", "models/{study.network.family}.py")
# The keys that say which results of a kind there are.
GATHERED = {
    "network": (),
    "training": ("conditions", "seeds"),
    "selectivity": ("conditions", "seeds"),
    "ablation": ("applies.ablation", "seeds"),
    "cka": ("applies.cka", "seeds"),
    "between": ("between",),
}


@dataclass(frozen=True)
class Stage:
    """One line of the table.

    `reads` names the stages whose result (of the same run, or the study's only one) is read, `gathers` those of which
    every result is; `settings` are keys of params.yaml, `code` the files from which its import closure begins: the
    first one holds the function that makes the result.
    """

    name: str
    output: str
    reads: tuple[str, ...] = ()
    gathers: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def kind(self) -> str | None:
        """The kind of result from which it draws figures; None if it draws none."""
        return self.gathers[0] if self.name.startswith(DRAWN) else None


DRAWN = "figures_"


def measure(name: str, reads: tuple[str, ...], settings: tuple[str, ...], cell: str = RUN) -> Stage:
    """A stage that runs networks: it makes one result for each run, or for each pair of them."""
    begins = (f"stages/{name}.py", *MAKERS)
    return Stage(name, f"results/{{study}}/{name}/{cell}.nc", reads, (), (*MEASURED, *settings), begins)


def drawn(kind: str) -> Stage:
    """The figures drawn from one kind of result: they depend on what says which results there are."""
    return Stage(
        f"{DRAWN}{kind}",
        "results/{study}/figures/{figure}.png",
        reads=("images",) if kind == "training" else (),  # they say how many classes there are
        gathers=(kind,),
        settings=(f"figures.{kind}.{{figure}}", *GATHERED[kind]),
        code=("figures/{figure}.py", *SHARED.get(kind, ()), "figures/style.mplstyle"),
        beside=("results/{study}/figures/{figure}.pdf", "results/{study}/figures/{figure}.csv"),
    )


TABLE = (
    Stage(
        "images",
        "results/{study}/images.nc",
        settings=("images",),
        code=("stages/images.py", "data/{study.images.source}.py"),
    ),
    Stage(
        "network",
        "results/{study}/network.nc",
        reads=("images",),
        settings=("images", "network"),
        code=("stages/network.py", "models/{study.network.family}.py"),
    ),
    measure("training", ("images",), ("training", "conditions.{condition}")),
    measure("selectivity", ("images", "training"), ("selectivity",)),
    measure("ablation", ("images", "training", "selectivity"), ("selectivity", "ablation")),
    measure("cka", ("images", "training"), ("cka",)),
    measure("between", ("images", "first", "second"), ("cka", "between.{pair}"), cell="{pair}"),
    *(drawn(kind) for kind in KINDS),
    Stage(
        "claims",
        "results/{study}/claims.nc",
        reads=("images",),
        gathers=PER_RUN,
        settings=("conditions", "seeds", "applies"),
        code=("stages/claims.py",),
        beside=("results/{study}/claims.json",),
    ),
    Stage(
        "report",
        "results/{study}/report.html",
        reads=("images", "network", "claims"),
        gathers=(*PER_RUN, "between", *(f"{DRAWN}{kind}" for kind in KINDS)),
        settings=SCIENCE,
        code=("stages/report.py", "report/style.css", *(f"report/{part}.html.jinja" for part in PAGE)),
    ),
)
STAGES = {stage.name: stage for stage in TABLE}
