"""WebDataset shards: tars in which the members of a sample follow each other under one key."""

import json
import os
from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from vestige.data.shards.byte_ranges import Listed, ListingBuilder
from vestige.data.shards.classes import LabelNumbers, parse_label
from vestige.data.shards.faults import Faults
from vestige.data.shards.shard_files import list_shards
from vestige.data.shards.tar_members import Member, list_members, open_tar

IMAGES = ("jpeg", "jpg", "png")
TARS = (".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.zst", ".tar.bz2")  # compressed ones are refused when they are read
LABEL, LABEL_KEY = "cls", "label"

Sample = dict[str, Member]  # by suffix, which is all after the first dot


def is_tar(name: str) -> bool:
    """Whether a file's name is one of a tar, compressed or not."""
    return name.lower().endswith(TARS)


def list_webdataset_tars(root: Path, fields: Mapping[str, str], faults: Faults) -> Listed:
    """Labels are a member `.cls` or a key of a member `.json`.

    `fields` may name the image's suffix (`image: img.jpg`), and the label's suffix or its key in `.json` (`label: id`).
    """
    splits, names = list_shards(root, is_tar, partial(_list_shard, root, fields), faults)
    return Listed("webdataset_tars", names, splits, faults)


def _list_shard(root, fields, shard: str, builder: ListingBuilder, numbers: LabelNumbers, faults: Faults) -> None:
    """Add the samples of a shard that have one image and a label."""
    with open_tar(root, shard, faults) as opened:
        if not opened:
            return
        file, size = opened
        before = faults.count_faults()
        samples = group_samples(list_members(file, 0, size, shard, faults))
        if not samples and faults.count_faults() == before:
            faults.add("empty_shard", shard)
        suffixes = {suffix for sample in samples.values() for suffix in sample}
        wanted = [fields["image"].lower()] if "image" in fields else IMAGES
        labels = _read_labels(file, shard, samples, suffixes, fields, faults)
        if samples and suffixes.isdisjoint(wanted):
            faults.add("field_absent", shard, f"no member .{' or .'.join(wanted)}; there are: {_format(suffixes)}")
            return
    for key, sample in samples.items():
        image = _find_image(f"{key} in {shard}", sample, wanted, faults)
        label = numbers.number(labels[key], f"{key} in {shard}", faults) if key in labels else None
        if image and label is not None:
            builder.add(image.offset, image.length, label, image.name)


def group_samples(members: list[Member]) -> dict[str, Sample]:
    """The members of each sample: a key is a path up to the first dot of its last part."""
    samples = defaultdict(dict)
    for member in members:
        folder, slash, base = member.name.rpartition("/")
        key, _, suffix = base.partition(".")
        samples[folder + slash + key].setdefault(suffix.lower(), member)
    return dict(samples)


def _format(names) -> str:
    return ", ".join(sorted(names)) or "none"


def _find_image(shown: str, sample: Sample, wanted, faults: Faults) -> Member | None:
    """The one image of a sample; None, and a fault, if it has none or two, or if it is empty."""
    images = [sample[suffix] for suffix in wanted if suffix in sample]
    if not images:
        faults.add("sample_without_image", shown, f"its members: {_format(sample)}")
    elif len(images) > 1:
        faults.add("sample_with_two_images", shown, _format(image.name for image in images))
    elif not images[0].length:
        faults.add("empty_file", shown)
    else:
        return images[0]
    return None


def _read_labels(file, shard: str, samples: dict[str, Sample], suffixes: set[str], fields, faults: Faults) -> dict:
    """The labels of samples by key; faults for samples without one, and one fault if it is so for the whole shard."""
    wanted = fields.get("label")
    suffix = (wanted or LABEL).lower()
    if suffix in suffixes:
        return _read_members(file, shard, samples, suffix, faults)
    key = wanted or LABEL_KEY
    found = {
        name: _read_json(file, shard, name, sample["json"], faults)
        for name, sample in samples.items()
        if "json" in sample
    }
    found = {name: content for name, content in found.items() if content is not None}
    if samples and not any(key in content for content in found.values()):
        keys = {each for content in found.values() for each in content}
        there = f"there are the members {_format(suffixes)} and in .json the keys {_format(keys)}"
        faults.add("field_absent", shard, f"no member .{suffix} and no key {key} in .json; {there}")
        return {}
    return _pick_labels(shard, samples, found, key, faults)


def _read_members(file, shard: str, samples: dict[str, Sample], suffix: str, faults: Faults) -> dict[str, int | str]:
    """The labels in members of one suffix."""
    labels = {}
    for key, sample in samples.items():
        if suffix not in sample:
            faults.add("sample_without_label", f"{key} in {shard}", f"its members: {_format(sample)}")
            continue
        member = sample[suffix]
        text = os.pread(file.fileno(), member.length, member.offset).decode(errors="replace").strip()
        if text and "\N{REPLACEMENT CHARACTER}" not in text:
            labels[key] = parse_label(text)
        else:
            faults.add("label_damaged", f"{member.name} in {shard}", "empty" if not text else "not UTF-8")
    return labels


def _read_json(file, shard: str, key: str, member: Member, faults: Faults) -> dict | None:
    """What a member `.json` holds; None, and a fault, if that is no JSON object."""
    try:
        content = json.loads(os.pread(file.fileno(), member.length, member.offset))
    except (ValueError, RecursionError) as fault:
        content = fault
    if isinstance(content, dict):
        return content
    says = str(content) if isinstance(content, Exception) else "no JSON object"
    faults.add("label_damaged", f"{member.name} in {shard}", says)
    return None


def _pick_labels(shard: str, samples: dict[str, Sample], found: dict[str, dict], key: str, faults: Faults) -> dict:
    """The label in each JSON object."""
    labels = {}
    for name, sample in samples.items():
        shown, content = f"{name} in {shard}", found.get(name, {})
        label = content.get(key)
        if isinstance(label, int | str) and not isinstance(label, bool) and label != "":
            labels[name] = label
        elif label is not None:
            faults.add("label_damaged", shown, f"{key} is {json.dumps(label)[:60]}")
        elif "json" not in sample or name in found:
            faults.add("sample_without_label", shown, f"members: {_format(sample)}; keys in .json: {_format(content)}")
    return labels
