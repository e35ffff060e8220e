"""What is said of an engine in a version that lacks a member."""

from vestige.engines import dvc_repo, snakemake_metadata


def refusal(member: str) -> str:
    """What is said of an engine without a member."""
    engine = snakemake_metadata.SNAKEMAKE if member.startswith("snakemake") else dvc_repo.DVC
    remedy = f"it works with {engine.name} {engine.tested}: pip install '{engine.package}=={engine.tested}'"
    return f"{engine.name} {engine.installed_version} has no {member.replace(':', '.')}, which vestige needs; {remedy}"
