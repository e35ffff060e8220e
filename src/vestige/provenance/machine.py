"""What a result notes of the machine and the packages that made it; neither ever makes it stale."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from vestige.foundation import source

# Packages whose import name is not the name under which they are installed.
DISTRIBUTIONS = {"sklearn": "scikit-learn", "PIL": "pillow", "mpl_toolkits": "matplotlib"}


def versions(files: tuple[str, ...]) -> dict[str, str]:
    """Versions of the packages that the code imports; those that it can do without may not be installed."""
    names = (DISTRIBUTIONS.get(name, name) for name in source.packages(*files))
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
    named = {"cpu": processor()}
    if device == "cuda":
        import torch

        named["gpu"] = torch.cuda.get_device_name()
    return named


def processor() -> str:
    """The processor's model as the system names it."""
    import platform

    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()
