"""What every setting that departs from the paper's code changes, on the trained networks of a study.

`python bench/fidelity.py results/digits` prints a table in Markdown: for each switch a number that it bears on, under
either of its values, as means over networks, and what they differ by. It reads results of training and checkpoints.
Parts of the table may be named after the folder: training, normalisation, similarity, ablation, summaries.
"""

import io
import sys
import warnings
from contextlib import redirect_stderr
from pathlib import Path

from switches.ablation import of_ablation
from switches.normalisation import of_normalisation
from switches.similarity import of_similarity
from switches.summaries import of_summaries
from switches.training import of_training
from trained import last_epoch, trained

from vestige.config import loading

PARTS = {
    "training": of_training,
    "normalisation": of_normalisation,
    "similarity": of_similarity,
    "ablation": of_ablation,
    "summaries": of_summaries,
}


def main(folder: Path, parts: list[str]) -> None:
    """Print the parts of the table."""
    study = trained(folder)
    print(f"{folder}: {len(study.plain)} networks without penalty, {last_epoch(study)} epochs\n")
    print("| switch | number | sound | as the authors | difference |\n|---|---|---|---|---|")
    for part in parts:
        PARTS[part](study)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    folder, *parts = sys.argv[1:] or [f"results/{loading.read().study}"]
    with redirect_stderr(io.StringIO()):  # progress bars
        main(Path(folder), parts or list(PARTS))
