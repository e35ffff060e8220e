"""JPEG or PNG files in a folder for each class, as ImageNet and Imagenette come: also more than memory holds."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, BinaryIO, Literal

from pydantic import AfterValidator, Field, PositiveInt, ValidationInfo
from pydantic_core import PydanticCustomError

from vestige.data.settings import Source

SUFFIXES = (".jpeg", ".jpg", ".png")
CHUNK = 2**28  # bytes of decoded images in memory at a time, and between two moments after which little is lost
CHANNELS = 3
MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr")  # Pillow's, of at most 8 bits a channel
LONGEST = 50  # times `resize`, the longer side of a resized image: beyond it an image would fill the memory

Files = list[list[Path]]  # of each class, in the order of the classes


def no_smaller(resize: int, info: ValidationInfo) -> int:
    """A length from which the stored square can be cut."""
    if resize < (size := info.data.get("size", 0)):
        raise PydanticCustomError("short_resize", "at least images.size, which is {size}", {"size": size})
    return resize


class Settings(Source):
    """Files `{folder}/train/{class}/*` and `{folder}/val/{class}/*`, and the squares that are stored of them.

    The shorter side is resized to `resize` pixels, then the middle square of `size` pixels is taken.
    """

    source: Literal["folder"]
    folder: Annotated[str, Field(min_length=1)]
    size: PositiveInt
    resize: Annotated[PositiveInt, AfterValidator(no_smaller)]


def read(settings: Settings):
    """All images (n, 3, size, size), memory-mapped from `work/`, where they are left under their digests."""
    import numpy as np

    from vestige.data.arrays import FOLDER, SPLITS, Decoded

    names, files = listed(Path(settings.folder))
    digests, _ = packed(files, settings, lambda line: None)
    maps = {split: np.load(FOLDER / f"{digests[split]}.npy", mmap_mode="r") for split in SPLITS}
    return Decoded(maps, {split: labels(files[split]) for split in SPLITS}, names)


def images(settings: SimpleNamespace, note: Callable[[str], None]):
    """What the stage `images` says of `settings.images`, in its words, without ever holding more than a chunk."""
    import numpy as np
    import xarray as xr

    from vestige.data.arrays import SPLITS, kept

    settings = settings.images
    names, files = listed(Path(settings.folder))
    digests, levels = packed(files, settings, note)
    labelled = {split: labels(files[split]) for split in SPLITS}
    note(f"{', '.join(f'{len(labelled[split])} {split}' for split in SPLITS)} images of {len(names)} classes")
    mean, std = normalisation(levels)
    counts = [np.bincount(labelled[split], minlength=len(names)) for split in SPLITS]
    images_sha256, labels_sha256 = [digests[split] for split in SPLITS], [kept(labelled[split]) for split in SPLITS]
    return xr.Dataset(
        {
            "count": (("split", "class"), counts, {"long_name": "number of images", "units": "1"}),
            "mean": ("channel", mean, {"long_name": "mean of the training images' pixels", "units": "full scale"}),
            "std": ("channel", std, {"long_name": "deviation of the training images' pixels", "units": "full scale"}),
            "images_sha256": ("split", images_sha256, {"long_name": "sha256 of the decoded images"}),
            "labels_sha256": ("split", labels_sha256, {"long_name": "sha256 of the labels"}),
            "height": ((), settings.size, {"long_name": "height of an image", "units": "pixel"}),
            "width": ((), settings.size, {"long_name": "width of an image", "units": "pixel"}),
        },
        coords={
            "split": ("split", list(SPLITS), {"long_name": "part of the images"}),
            "class": ("class", np.arange(len(names)), {"long_name": "number of the class"}),
            "class_name": ("class", list(names), {"long_name": "name of the class"}),
            "channel": ("channel", np.arange(CHANNELS), {"long_name": "colour channel of the images"}),
        },
    )


def normalisation(levels):
    """Mean and standard deviation (channels) of full scale, from the counts (channels, 256) of levels."""
    import numpy as np

    scale = np.arange(256) / 255
    shares = levels / levels.sum(1, keepdims=True)
    mean = shares @ scale
    std = np.sqrt([share @ (scale - middle) ** 2 for share, middle in zip(shares, mean, strict=True)])
    if not std.all():
        raise ValueError(f"channel {np.argmin(std)} of the training images is constant: it cannot be normalised")
    return mean, std


def listed(folder: Path) -> tuple[tuple[str, ...], dict[str, Files]]:
    """Names of the classes, sorted, and the files of each split. Raises ValueError if the splits' classes differ."""
    from vestige.data.arrays import SPLITS

    if not folder.is_dir():
        raise ValueError(f"images.folder: {folder} {'is not a folder' if folder.exists() else 'does not exist'}")
    found = {split: classes_of(folder / split) for split in SPLITS}
    train, val = (set(found[split]) for split in SPLITS)
    if train != val:
        alone = {folder / "train" / name for name in train - val} | {folder / "val" / name for name in val - train}
        raise ValueError(f"images.folder: train and val must have the same classes; {min(alone)} has no counterpart")
    names = tuple(sorted(train))
    return names, {split: [found[split][name] for name in names] for split in SPLITS}


def classes_of(folder: Path) -> dict[str, list[Path]]:
    """The files of each class of a split, sorted by name. Raises ValueError if there is none, or one without images."""
    inside = sorted(each for each in folder.iterdir() if not each.name.startswith(".")) if folder.is_dir() else []
    if dangling := [each for each in inside if not each.exists()]:
        raise ValueError(f"images.folder: {dangling[0]} is a link to what does not exist")
    found = {named(each): files_of(each) for each in inside if each.is_dir()}
    if not found:
        raise ValueError(f"images.folder: there are no classes in {folder}; it should hold a folder of images for each")
    return found


def named(folder: Path) -> str:
    """The name of a class, which is its folder's. Raises ValueError if it cannot be stored."""
    try:
        folder.name.encode()
    except UnicodeEncodeError as fault:
        shown = str(folder).encode(errors="backslashreplace").decode()
        raise ValueError(f"images.folder: the name of {shown} is not UTF-8") from fault
    return folder.name


def files_of(folder: Path) -> list[Path]:
    """The images of a class, sorted by name. Raises ValueError if there is none, or something else among them."""
    files = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    if strange := [path for path in files if path.suffix.lower() not in SUFFIXES]:
        raise ValueError(f"images.folder: {strange[0]} is no image; allowed: files that end in {', '.join(SUFFIXES)}")
    if irregular := [path for path in files if not path.is_file()]:  # to open a pipe would wait forever
        raise ValueError(f"images.folder: {irregular[0]} is no regular file")
    if not files:
        raise ValueError(f"images.folder: there are no images in {folder}")
    return files


def labels(files: Files):
    """The number of its class (n, int64) for each image."""
    import numpy as np

    return np.repeat(np.arange(len(files)), [len(each) for each in files])


def packed(files: dict[str, Files], settings: Settings, note: Callable[[str], None]):
    """Digests of the images of each split, which are left in `work/`, and counts (channels, 256) of the first's levels.

    What a process that was stopped had decoded is gone on with.
    """
    import numpy as np

    from vestige.data.arrays import FOLDER, SPLITS, digest

    with ExitStack() as opened:
        partial = {split: FOLDER / f".{short([settings.model_dump(), split])}.partial" for split in SPLITS}
        for split in SPLITS:
            file = opened.enter_context(alone(partial[split]))
            fill(file, partial[split], [path for each in files[split] for path in each], settings, note)
        maps = {split: np.load(partial[split], mmap_mode="r") for split in SPLITS}
        digests, levels = {split: digest(maps[split]) for split in SPLITS}, levels_of(maps[SPLITS[0]])
        for split in SPLITS:
            marks_of(partial[split]).unlink()
            partial[split].replace(FOLDER / f"{digests[split]}.npy")
    return digests, levels


def short(told) -> str:
    """A digest of what JSON can tell."""
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


@contextmanager
def alone(path: Path) -> Iterator[BinaryIO]:
    """A file to be gone on with; another process that wants it waits, and finds what is then there."""
    import fcntl

    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        with open(path, "r+b", opener=lambda name, flags: os.open(name, flags | os.O_CREAT, 0o666)) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat()):
                yield file
                return


def fill(file: BinaryIO, path: Path, paths: list[Path], settings: Settings, note: Callable[[str], None]) -> None:
    """Bring a file in the format of `.npy` to hold all images (n, 3, size, size), going on with those that it holds.

    Which chunks these are is marked beside it, each once it is safe on the disk, by what it was decoded from.
    """
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np
    from tqdm import tqdm

    from vestige.foundation.files import whole

    shape = (CHANNELS, settings.size, settings.size)
    rows = max(CHUNK // int(np.prod(shape)), 1)
    chunks = [paths[start : start + rows] for start in range(0, len(paths), rows)]
    marks = [mark(chunk) for chunk in chunks]
    done = begun(file, (len(paths), *shape), rows, agreeing(marks, marks_of(path)))
    if done:
        note(f"going on after {done * rows} of {len(paths)} images in {path}")
    with ThreadPoolExecutor(cores()) as pool:  # threads: nearly all of the work is Pillow's, outside Python's lock
        for number in tqdm(range(done, len(chunks)), unit="chunk", disable=None):
            chunk = np.empty((len(chunks[number]), *shape), np.uint8)
            list(pool.map(lambda path, place: np.copyto(place, decoded(path, settings)), chunks[number], chunk))
            file.write(chunk.data)
            file.flush()
            os.fsync(file.fileno())
            with whole(marks_of(path)) as beside:
                beside.write(json.dumps(marks[: number + 1]).encode())


def mark(paths: list[Path]) -> str:
    """What the images of a chunk were decoded from, and by what."""
    from PIL import features

    decoder = [features.version(name) for name in ("pil", "jpg", "zlib")]
    source = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    stats = [(str(path), stat.st_size, stat.st_mtime_ns) for path in paths for stat in [path.stat()]]
    return short([decoder, source, stats])


def marks_of(path: Path) -> Path:
    """The file that says which chunks a file of decoded images holds."""
    return path.with_suffix(".marks")


def agreeing(marks: list[str], path: Path) -> int:
    """How many of the first chunks are marked in a file as they should be."""
    try:
        found = json.loads(path.read_bytes()) if path.exists() else []
    except (ValueError, RecursionError):  # damaged: nothing is known of the chunks
        found = []
    found = found if isinstance(found, list) else []
    same = [one == other for one, other in zip(marks, found, strict=False)]
    return [*same, False].index(False)


def begun(file: BinaryIO, shape: tuple[int, ...], rows: int, chunks: int) -> int:
    """How many chunks a file can be gone on after, up to so many: it is cut to them, under the header of a shape."""
    import numpy as np

    header, image = header_of(shape), int(np.prod(shape[1:]))
    ends = [len(header) + min(count * rows, shape[0]) * image for count in (0, chunks)]
    done = chunks if file.seek(0, os.SEEK_END) >= ends[1] else 0
    file.truncate(ends[1] if done else 0)
    file.seek(0)
    file.write(header)
    file.seek(0, os.SEEK_END)
    return done


def header_of(shape: tuple[int, ...]) -> bytes:
    """What stands before the bytes of an array of uint8 in the format of `.npy`."""
    import io

    import numpy as np

    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return header.getvalue()


def cores() -> int:
    """The cores on which this process may run."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def decoded(path: Path, settings: Settings):
    """The square (3, size, size) that is stored of an image. Raises ValueError if the file is damaged or unsuited."""
    import numpy as np
    from PIL import Image

    try:
        with Image.open(path, formats=("JPEG", "PNG")) as file:
            mode = file.mode
            image = file.convert("RGB") if mode in MODES else None
    except Exception as fault:  # a damaged image may raise anything
        raise ValueError(f"{path} cannot be decoded: {fault}") from fault
    if image is None:
        raise ValueError(f"{path} has the mode {mode}, which does not fit 8 bits; allowed: {', '.join(MODES)}")
    if int(settings.resize * max(image.size) / min(image.size)) > LONGEST * settings.resize:
        wide, high = image.size
        raise ValueError(f"{path} is {wide}x{high} pixels: one side must be at most {LONGEST} times the other")
    return np.asarray(square(image, settings)).transpose(2, 0, 1)


def square(image, settings: Settings):
    """The middle of an image whose shorter side was resized; lengths and places are rounded as torchvision does."""
    from PIL.Image import Resampling

    shorter = min(image.size)
    image = image.resize([int(settings.resize * side / shorter) for side in image.size], Resampling.BILINEAR)
    left, top = (round((side - settings.size) / 2) for side in image.size)
    return image.crop((left, top, left + settings.size, top + settings.size))


def levels_of(images):
    """How often (channels, 256) each level occurs in images (n, channels, height, width), taken chunk by chunk."""
    import numpy as np
    from PIL import Image

    rows = max(CHUNK // images[0].size, 1)
    chunks = [images[start : start + rows] for start in range(0, len(images), rows)]  # of a map: nothing is read yet
    counts = [
        [Image.fromarray(chunk[:, c].reshape(-1, images.shape[3])).histogram() for c in range(CHANNELS)]
        for chunk in chunks
    ]
    return np.sum(counts, axis=0, dtype=np.int64)
