"""Says what differs, what was compared, and what was not."""

from collections import Counter
from collections.abc import Iterable, Iterator

from comparison.records import TEXT, Compared, Difference, LeftOut, Record

MOST = 40  # differing files of a study that are shown; the file with all of them has no such bound
Found = list[tuple[str, Record]]


def format_differences(found: Found, most: int | None = MOST) -> Iterator[str]:
    """A paragraph for each file that differs: each item with its first differences; those that fail come first."""
    files: dict[str, list[Difference]] = {}
    for file, record in found:
        if isinstance(record, Difference):
            files.setdefault(file, []).append(record)
    ordered = sorted(files.items(), key=lambda each: not any(one.fails for one in each[1]))
    for file, differences in ordered[:most]:
        yield f"  {file}"
        for one in sorted(differences, key=lambda each: not each.fails):
            yield f"    {one.kind} {one.item}: {one.count:,} of {one.total:,} differ"
            yield from (f"      {line}" for line in one.first)
    if most is not None and len(ordered) > most:
        yield f"  ... and {len(ordered) - most} more files"


def count_compared(found: Iterable[tuple[str, Record]]) -> Counter[str]:
    """How much of each was compared."""
    counts: Counter[str] = Counter()
    for _, record in found:
        if isinstance(record, Compared):
            counts[record.what] += record.count
    return counts


def count_differences(found: Iterable[tuple[str, Record]]) -> Counter[str]:
    """In how many items each kind of difference was found."""
    return Counter(record.kind for _, record in found if isinstance(record, Difference))


def count_left_out(found: Iterable[tuple[str, Record]]) -> Counter[tuple[str, str]]:
    """How often something was left out, and why."""
    return Counter((record.what, record.reason) for _, record in found if isinstance(record, LeftOut))


def format_table(by_study: dict[str, Found]) -> Iterator[str]:
    """A line for each study: its files, and in how many items each kind of difference was found."""
    kinds = sorted({kind for found in by_study.values() for kind in count_differences(found)} - {TEXT})
    columns = ["files", "values", "pixels", *kinds, TEXT]
    yield f"{'study':18}" + "".join(f"{column:>14}" for column in columns)
    for study, found in by_study.items():
        compared, differ = count_compared(found), count_differences(found)
        files = sum(count for what, count in compared.items() if what.startswith((".", "other")))
        numbers = [files, compared["values"], compared["pixels"], *(differ[kind] for kind in (*kinds, TEXT))]
        yield f"{study:18}" + "".join(f"{number:>14,}" for number in numbers)


def format_end(by_study: dict[str, Found], skipped: dict[str, str]) -> Iterator[str]:
    """What was compared in all, what was left out and why, and what all that comes to."""
    found = [each for one in by_study.values() for each in one]
    yield "\nCompared:"
    yield from (f"  {count:>14,} {what}" for what, count in sorted(count_compared(found).items()))
    yield "\nNot compared:"
    yield from (
        f"  {what}: {reason} ({count} times)" for (what, reason), count in sorted(count_left_out(found).items())
    )
    yield from (f"  {study}: {reason}" for study, reason in skipped.items())
    yield ""
    yield from format_table(by_study)


def fails(found: Iterable[tuple[str, Record]]) -> bool:
    """Whether anything differs that is more than a text."""
    return any(isinstance(record, Difference) and record.fails for _, record in found)
