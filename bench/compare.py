"""Makes studies with the files of a former commit and with those of the present tree, and compares all that they make.

`python bench/compare.py BASE` (or `make compare BASE=...`) ends with 1 if a number, a tensor or a pixel differs or a
file is missing on one side, and with 0 if nothing does but texts, which are listed. docs/comparing.md says more.
"""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from comparison import sides
from comparison.coverage import load_not_covered
from comparison.files import compare_folders
from comparison.page import write_changes
from comparison.renamed import Renamed, load_renamed
from comparison.sides import NotMade, Refused, Side, list_versions, make_former, make_present, resolve_commit
from comparison.studies import FILES, ROOT, NotCompared, Study, find_images, load_former, load_study
from comparison.summary import Found, fails, format_differences, format_end

REPORT = "report.html"


def main(commit: str, studies: list[Study], images: Path | None = None, tree: Path = ROOT) -> int:
    """Compare some studies; the exit status."""
    renamed, (python, *_) = load_renamed(), list_versions()
    print(f"base: {commit}\npresent: {tree}\nboth with the packages of {sys.prefix}, Python {python}", flush=True)
    found: dict[str, Found] = {}
    skipped, failed = load_not_covered(), False
    for study in studies:
        try:
            found[study.name] = compare_study(study, commit, renamed, images, tree)
        except NotCompared as reason:
            skipped[study.name] = str(reason)
        except (NotMade, ValueError) as reason:  # the other studies are still compared
            print(f"\n{study.name}: NOT COMPARED: {reason}", flush=True)
            skipped[study.name], failed = "a side could not make it, or was not understood (see above)", True
    print("\n".join(format_end(found, skipped)))
    differ = [name for name, records in found.items() if fails(records)]
    print(f"\n{judge(differ, found)}\nEvery difference is listed in {sides.FOLDER / 'differences'}")
    return int(failed or bool(differ) or not found)


def judge(differ: list[str], found: dict[str, Found]) -> str:
    """What all comes to, in a sentence."""
    if not found:
        return "Nothing was compared."
    return f"Numbers differ in: {', '.join(differ)}." if differ else "All numbers, tensors and pixels are equal."


def compare_study(study: Study, commit: str, renamed: Renamed, images: Path | None, tree: Path) -> Found:
    """Make a study on both sides, side by side; what there is to say of all its files."""
    where = find_images(study, images)
    with ThreadPoolExecutor(2) as pool:
        begun = pool.submit(make_understood, study, commit, where, tree), pool.submit(make_present, study, where, tree)
        former, present = (side.result() for side in begun)
    print(f"\n{study.name}: base {format_cost(former)}, present {format_cost(present)}", flush=True)
    found = list(compare_folders(former.results, present.results, renamed))
    write_differences(study, found, former, present)
    print("\n".join(format_differences(found)) or "  no difference", flush=True)
    return found


def make_understood(study: Study, commit: str, images: Path | None, tree: Path) -> Side:
    """The base: with the study as it is now, or as the base had it, where that knows no such keys or calls them so.

    Raises NotCompared where it has no such study either.
    """
    try:
        return make_former(study, commit, images, tree)
    except Refused as refusal:
        own = load_former(study, commit, tree)
        if own is None:
            raise NotCompared(f"the base refuses it: {refusal}") from None
        print(f"\n{study.name}: the base refuses the study as it is now, and makes it as it was", flush=True)
        return make_former(own, commit, images, tree)


def format_cost(side: Side) -> str:
    """What a side cost."""
    before = "made before in " if side.remembered else ""
    return f"{before}{side.cpu_seconds:.0f} CPU-s ({side.seconds:.0f} s)"


def write_differences(study: Study, found: Found, former: Side, present: Side) -> None:
    """Write every difference of a study to a file, and the whole one of its report's text."""
    folder = sides.FOLDER / "differences"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{study.name}.txt").write_text("\n".join(format_differences(found, None)) + "\n", encoding="utf-8")
    reports = [side.results / REPORT for side in (former, present)]
    if all(path.is_file() for path in reports):
        write_changes(*reports, folder / f"{study.name}-report.diff")


def parse(arguments: list[str]) -> argparse.Namespace:
    """The arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base", metavar="BASE", help="a commit, a branch or a tag")
    parser.add_argument(
        "studies", nargs="*", metavar="STUDY", help=f"some of {', '.join(FILES)}, or paths; all if left out"
    )
    parser.add_argument("--images", type=Path, help="the folder of real images, such as mnist/, for the studies real_*")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    given = parse(sys.argv[1:])
    try:
        asked = resolve_commit(given.base), [load_study(name) for name in given.studies or FILES]
    except ValueError as fault:
        sys.exit(f"compare: {fault}")
    with sides.alone():
        status = main(*asked, given.images)
    sys.exit(status)
