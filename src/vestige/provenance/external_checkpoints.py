"""Checkpoints of networks that were trained elsewhere: where those of a run lie, and whether they are those it has.

The path is a place, and in no proof; what lies there is: the proof of a training result holds the sha256 of each file.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from vestige.config.study import Study
from vestige.foundation.external_paths import is_leftover, resolve_path
from vestige.foundation.rows import GIVEN
from vestige.pipeline import Job, cells, job
from vestige.provenance import hashing, proofs

SUFFIX = ".safetensors"
PICKLES = (".pt", ".pth", ".ckpt", ".bin", ".pkl", ".npz", ".npy", ".h5")  # what else weights are kept in


class CheckpointsRefused(ValueError):
    """Checkpoints that are missing, or named otherwise; the message names the remedy."""


def is_given(training: Job) -> bool:
    """Whether a job takes over the checkpoints of a network that was trained elsewhere."""
    return training.stage in GIVEN.values()


def key_of(training: Job) -> str:
    """The key of params.yaml that says where its checkpoints lie."""
    return f"conditions.{training.names['condition']}.checkpoints"


def checkpoint_path(training: Job) -> Path:
    """The folder, or the file, where the checkpoints of a run lie: its seed's own, else that of the only seed.

    Raises ValueError for a path with a variable that is not set.
    """
    study, seed = training.study, training.names["seed"]
    path = resolve_path(study.conditions[training.names["condition"]].checkpoints, key_of(training))
    own = path / f"seed{seed}"
    return path if len(study.seeds) == 1 and not own.is_dir() else own


def list_files(training: Job) -> dict[int, Path]:
    """The file of each checkpoint by its epoch, 0 to the last one. Raises CheckpointsRefused where there are others."""
    place, last = checkpoint_path(training), last_of(training)
    if not place.exists():
        raise CheckpointsRefused(f"{key_of(training)}: nothing lies at {place}{hint_of_seeds(training)}")
    found = [place] if place.is_file() else [path for path in sorted(place.iterdir()) if not is_leftover(path.name)]
    files = [path for path in found if path.suffix == SUFFIX]
    if last == 0 and len(files) == 1:
        return {0: files[0]}
    if not files:
        raise CheckpointsRefused(f"{key_of(training)}: {place} holds no file named *{SUFFIX}{hint_of_others(found)}")
    refuse_other_names(training, place, files)
    return {epoch: place / name_of(epoch) for epoch in range(last + 1)}


def refuse_other_names(training: Job, place: Path, files: list[Path]) -> None:
    """Refuse files that are not exactly the checkpoints 0 to the last one. Raises CheckpointsRefused."""
    last, names = last_of(training), [path.name for path in files]
    wanted = [name_of(epoch) for epoch in range(last + 1)]
    absent, strange = [each for each in wanted if each not in names], [each for each in names if each not in wanted]
    if not absent and not strange:
        return
    asked = wanted[0] if last == 0 else f"{wanted[0]} to {wanted[-1]}"
    found = [f"{absent[0]} is missing"] if absent else []
    found += [f"found {strange[0]}"] if strange else []
    more = f" and {len(absent) + len(strange) - len(found)} more such files" * (len(absent) + len(strange) > len(found))
    raise CheckpointsRefused(
        f"{key_of(training)}: {place}: {', '.join(found)}{more}; allowed: {asked}, {describe_epochs_key(training)}"
    )


def describe_epochs_key(training: Job) -> str:
    """What the condition says of the number of its checkpoints, and where to say otherwise."""
    key = key_of(training).replace("checkpoints", "epochs")
    last = last_of(training)
    if last == 0:
        return f"or one file of any name: for more than one, say the number of the last one as {key}"
    return f"as {key} is {last}: it is the number of the last one"


def hint_of_seeds(training: Job) -> str:
    """Where checkpoints of several seeds should lie."""
    seeds = training.study.seeds
    folders = ", ".join(f"seed{seed}" for seed in seeds)
    return f"; the study has {len(seeds)} seeds: put the files of each into a folder {folders}" if seeds[1:] else ""


def hint_of_others(found: list[Path]) -> str:
    """What to do with weights of another format."""
    other = next((path for path in found if path.suffix in PICKLES), None)
    if other is None:
        return "; write it with save_file of safetensors.numpy or safetensors.torch"
    return f", but {other.name}, which is not read: write its arrays with save_file of safetensors.numpy"


def last_of(training: Job) -> int:
    """The number of the last checkpoint of a run."""
    return training.study.training_of(training.names["condition"]).epochs


def name_of(epoch: int) -> str:
    """The file name of a checkpoint, as training/checkpoints.py has it, which loads torch."""
    return f"epoch-{epoch:03d}{SUFFIX}"


def read_contents(training: Job) -> dict[str, str | None]:
    """The sha256 of each checkpoint at the place of a run, by its path among the results; none where none lie here.

    None of a file that cannot be read.
    """
    if not is_given(training):
        return {}
    try:
        files = list_files(training)
    except ValueError:
        return {}
    return {f"{training.folder}/{name_of(epoch)}": hashing.sha256(path) for epoch, path in files.items()}


def find_fault(training: Job) -> str:
    """What is wrong with the checkpoints at the place of a run; nothing where they are right, or where there are none.

    A folder without any may be that of a disk that is not here.
    """
    try:
        place = checkpoint_path(training)
        if place.is_file() or any(place.glob(f"*{SUFFIX}")):
            list_files(training)
    except CheckpointsRefused as error:
        return str(error)
    except ValueError:  # a variable that is not set: the place is not here
        return ""
    return ""


def noted_hashes(training: Job) -> dict[str, str]:
    """The sha256 of each checkpoint that the result of a run holds, by its path; none where there is no result."""
    return (proofs.read_proof(Path(training.output)) or {}).get("beside", {})


def describe_contents(training: Job) -> dict[str, str | None]:
    """What an engine compares: what lies at the place of a run, and where nothing does, what its result holds."""
    return (read_contents(training) or noted_hashes(training)) if is_given(training) else {}


def describe_changes(training: Job, then: Mapping[str, str]) -> list[str]:
    """Which checkpoints are not those of `then`, their sha256 by path, in a line; none where nothing lies here.

    Where something lies here that is no such set of checkpoints, what is wrong with it.
    """
    if fault := find_fault(training) if is_given(training) else "":
        return [f"what lies there now is refused: {fault}"]
    now = read_contents(training)
    changed = [Path(path).name for path in proofs.differing_keys(then, now)] if now else []
    if not changed:
        return []
    more = f" and {len(changed) - 1} more" if changed[1:] else ""
    return [f"what lies at {key_of(training)} has changed: {changed[0]}{more} of seed {training.names['seed']}"]


def list_trainings(study: Study) -> Iterator[Job]:
    """The jobs of a study that take over checkpoints."""
    return filter(is_given, (job(study, "training", **cell) for cell in cells(study, "training")))
