"""What a result notes of the machine and the packages that made it; neither ever makes it stale."""

from importlib.metadata import PackageNotFoundError, version

from vestige.foundation import processor, source_hash

# Packages whose import name is not the name under which they are installed.
DISTRIBUTIONS = {"sklearn": "scikit-learn", "PIL": "pillow", "mpl_toolkits": "matplotlib"}


def versions(files: tuple[str, ...]) -> dict[str, str]:
    """Versions of the packages that the code imports; those that it can do without may not be installed."""
    names = (DISTRIBUTIONS.get(name, name) for name in source_hash.packages(*files))
    found = {name: version_of(name) for name in sorted(names)}
    return {name: each for name, each in found.items() if each is not None}


def version_of(name: str) -> str | None:
    """The version of a package; None where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def hardware(device: str | None) -> dict[str, str]:
    """The model of the processor, and of the accelerator where the study computes on one."""
    named = {"cpu": processor.model()}
    if device == "cuda":
        import torch

        named["gpu"] = torch.cuda.get_device_name()
    return named
