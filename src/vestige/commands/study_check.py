"""Refuses what a study asks for that its images and its network do not allow, before anything is trained."""

from pathlib import Path

from vestige import pipeline
from vestige.config import loading
from vestige.config.image_validation import Known, misfits
from vestige.config.study import Study
from vestige.provenance import results, status


def check_made(study: Study) -> None:
    """Hold the study against its images and its network, as far as these are described. Raises StudyRefused."""
    if known := known_of(study):
        loading.refuse(list(misfits(study, known)))


def known_of(study: Study) -> Known | None:
    """What the results `images` and `network` say; None while the images are not described."""
    images = described(study, "images")
    if images is None:
        return None
    train, val = (int(images["count"].sel(split=split).sum()) for split in ("train", "val"))
    network = described(study, "network")
    layers = () if network is None else layers_of(network)
    return Known(train, val, images.sizes["class"], layers)


def described(study: Study, stage: str):
    """The study's only result of a stage, in memory; None unless it is proven."""
    job = pipeline.job(study, stage)
    if not Path(job.output).is_file() or status.of(job, beside=False).state != status.PROVEN:
        return None
    return results.load_dataset(job.output)


def layers_of(network) -> list[str]:
    """The names of the layers that CKA compares: modules by number, and the head."""
    modules = sorted({int(each) for each in network["module"].values if each >= 0})
    return [*map(str, modules), network["head"].item()]
