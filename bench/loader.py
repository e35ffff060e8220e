"""Batches of native photographs: vestige's loader beside torchvision's ImageFolder and PyTorch's DataLoader.

`python bench/loader.py FOLDER` reads class folders `FOLDER/train` and prints a table in Markdown. Both sides open the
same photographs in the same order, cut the same parts of them and mirror the same ones: what they give is compared, to
the last bit of every pixel. Both have two workers: processes there, threads here. Each is timed several times in turn.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder
from torchvision.transforms import functional as TF

from vestige.data import imagenet
from vestige.data.arrays import FOLDER
from vestige.data.augmentation import augmentation
from vestige.data.shards.description import images

SIZE, RESIZE, BATCH, WORKERS, BATCHES, ROUNDS = 224, 256, 256, 2, 6, 5
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
LOAD = os.getloadavg()[0]
TRAINING = SimpleNamespace(shift=None, flip=0.5, random_crop=SimpleNamespace(scale=(0.08, 1), ratio=(3 / 4, 4 / 3)))


class Folder(ImageFolder):
    """ImageFolder with the parts and flips that vestige draws: it need not draw its own, which takes time too."""

    def __init__(self, root: str, files: list[str], parts: np.ndarray, flips: np.ndarray):
        super().__init__(root)
        places = {path: place for place, (path, _) in enumerate(self.samples)}
        self.places, self.parts, self.flips = [places[file] for file in files], parts, flips

    def __getitem__(self, number: int):
        path, label = self.samples[self.places[number]]
        top, height, left, width = self.parts[:, number].tolist()
        image = TF.resized_crop(self.loader(path), top, left, height, width, [SIZE, SIZE])
        image = TF.hflip(image) if self.flips[number] else image
        return TF.normalize(TF.to_tensor(image), MEAN, STD), label


def main(root: str) -> None:
    """Print the table."""
    os.chdir(tempfile.mkdtemp())
    torch.set_num_threads(1)
    described, settings = describe(root)

    def opened(resize_with: str = "pillow"):
        asked = settings.model_copy(update={"resize_with": resize_with})
        return imagenet.open_split(described[resize_with], asked, "train", BATCH, *map(torch.tensor, (MEAN, STD)))

    normalised, exact, fast = opened(), opened(), opened("torch")
    drawn = augmentation(TRAINING, *exact.sides(), SIZE, seed=0, epoch=1)
    files = [str(exact.reader.index.path(int(shard))) for shard in exact.rows.shard]
    peer = Folder(str(Path(root, "train")), files, drawn.parts, drawn.flips)
    rng = np.random.default_rng(0)
    order = np.concatenate([rng.permutation(len(files)) for _ in range(-(-BATCH * BATCHES // len(files)))])
    order = order[: BATCH * BATCHES]
    compare(peer, normalised, drawn, order)
    sides = {
        "ImageFolder + DataLoader, 2 processes": lambda: consume(load(peer, order)),
        "vestige, 2 threads, exact, normalised on the CPU": lambda: consume(normalised.batches(order, drawn)),
        "vestige, 2 threads, exact, bytes for the device": lambda: consume(exact.decode_batches(order, drawn)),
        "vestige, 2 threads, resized by torch, bytes for the device": lambda: consume(
            fast.decode_batches(order, drawn)
        ),
    }
    taken = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, run in sides.items():
            taken[name].append(run())
    report(taken, len(files), len(order))
    report_own_work(normalised, drawn, order)
    before = count_bytes_read()
    opened()
    size = sum(path.stat().st_size for path in FOLDER.glob(f"{settings.place}-*.index.npz"))
    print(f"Read when a training begins: {count_bytes_read() - before} bytes; the index has {size}.")


def describe(root: str):
    """The images results of class folders by how they are resized, and the settings of the exact one."""
    said = {"source": "imagenet", "root": root, "crop": SIZE, "resize": RESIZE, "mean": MEAN, "std": STD}
    asked = [imagenet.Settings(**said, resize_with=each, decoding_threads=WORKERS) for each in ("pillow", "torch")]
    return {each.resize_with: images(SimpleNamespace(images=each), lambda line: None) for each in asked}, asked[0]


def load(peer: Folder, order: np.ndarray) -> DataLoader:
    """The peer's batches."""
    return DataLoader(peer, BATCH, sampler=order.tolist(), num_workers=WORKERS)


def compare(peer: Folder, split, drawn, order: np.ndarray) -> None:
    """Refuse to time what does not give the same: pixels of all batches to the last bit of a byte, and labels."""
    mean, std = (torch.tensor(each)[:, None, None] for each in (MEAN, STD))
    for (theirs, labels), (mine, own) in zip(load(peer, order), split.batches(order, drawn), strict=True):
        pixels, others = ((each * std + mean).mul(255).round().to(torch.uint8) for each in (theirs, mine))
        if not torch.equal(pixels, others) or not torch.equal(labels, own):
            raise SystemExit("the batches differ")


def consume(batches) -> float:
    """The seconds that all batches take."""
    began = time.perf_counter()
    for _ in batches:
        pass
    return time.perf_counter() - began


def report(taken: dict[str, list[float]], photographs: int, count: int) -> None:
    """Print rates and ratios."""
    seconds = {name: float(np.median(each)) for name, each in taken.items()}
    first = next(iter(seconds.values()))
    print(f"{photographs} photographs, {BATCHES} batches of {BATCH}, {SIZE} pixels, median of {ROUNDS} rounds;")
    print(f"the load of the machine was {LOAD:.1f} when it began and is {os.getloadavg()[0]:.1f}, this included\n")
    print("| loader | images a second | times ImageFolder |\n|---|---|---|")
    for name, each in seconds.items():
        print(f"| {name} | {count / each:.0f} | {first / each:.2f} |")


def report_own_work(split, drawn, order: np.ndarray) -> None:
    """Print what the training thread itself does for a batch that it is given ready to use."""
    began = time.thread_time()
    consume(split.batches(order, drawn))
    print(f"\nThe training thread's own work: {1e3 * (time.thread_time() - began) / BATCHES:.1f} ms of a CPU a batch.")


def count_bytes_read() -> int:
    """The bytes that this process has read so far, of files and else, as Linux counts them."""
    return int(Path("/proc/self/io").read_text().split()[1])


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
