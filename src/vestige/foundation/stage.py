"""What a row says of a stage: what it reads and gathers, its axis, its settings, its code."""

from dataclasses import dataclass

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
    def applies_key(self) -> str:
        """The key of `applies` that names its conditions; empty where it covers all."""
        return self.covers or (self.name if self.applies else "")

    @property
    def axis_keys(self) -> tuple[str, ...]:
        """The keys of params.yaml that say which results it has."""
        covered = f"applies.{self.applies_key}" if self.applies_key else "conditions"
        return tuple(key.format(covered=covered) for key in WHICH[self.axis])
