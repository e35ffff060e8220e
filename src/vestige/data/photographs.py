"""Batches of photographs, which threads decode while a network is busy with the batches before."""

import hashlib
import os
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from vestige.data import arrays
from vestige.data.augmentation import Augmentation
from vestige.data.decoding import DecodingError, decode
from vestige.data.photograph_index import Index, Photographs
from vestige.data.resizing import Resampler, resize_middle, resize_part

AHEAD = 3  # batches that are decoded while one is used
TASK = 8  # photographs that a thread decodes before it looks for more


class OtherPhotograph(RuntimeError):
    """Bytes at the place of a photograph that are not those that were indexed."""


class Reader:
    """The bytes of photographs, each checked against the sha256 that the index has of it. Threads may share one.

    A shard is opened for each photograph, which takes no time beside decoding: there may be more shards than a process
    may hold open.
    """

    def __init__(self, index: Index, split: str):
        self.index, self.rows = index, index.splits[split]

    def read(self, number: int) -> bytes:
        """The bytes of a photograph, by its number in the split. Raises OtherPhotograph, or OSError with its file."""
        shard, offset, length = (
            int(column[number]) for column in (self.rows.shard, self.rows.offset, self.rows.length)
        )
        try:
            with open(self.index.path(shard), "rb") as file:
                data = os.pread(file.fileno(), length, offset)
        except FileNotFoundError as error:
            raise self.refusal(shard, number, "the file is gone") from error
        if hashlib.sha256(data).digest() != self.rows.sha256[number].tobytes():
            raise self.refusal(shard, number, "its bytes are not those that were indexed")
        return data

    def refusal(self, shard: int, number: int, why: str) -> OtherPhotograph:
        """What to say of a photograph that is not what was indexed."""
        return OtherPhotograph(
            f"{self.index.path(shard)}: photograph {number} (byte {self.rows.offset[number]}): {why}.\n"
            "The images have changed since images.nc was made: bring the former ones back, or delete and remake it."
        )


@dataclass(frozen=True)
class PhotographSplit:
    """Photographs and labels int64 (photographs) of one split, to be decoded, cut to squares and put in batches.

    `crop` is the side of the square that networks see, `resize` the shorter side before it is cut out of the middle.
    How many threads decode changes no pixel.
    """

    reader: Reader
    labels: np.ndarray
    batch_size: int
    mean: Tensor  # (3) as a fraction of full scale, on the device; likewise std
    std: Tensor
    crop: int
    resize: int
    resampler: Resampler
    threads: int
    waits: list[float] = field(default_factory=list)  # seconds that each batch was waited for since last asked

    def batches(self, order: np.ndarray, augment: Augmentation | None = None) -> Iterator[tuple[Tensor, Tensor]]:
        """Normalised photographs and labels on the device, in an order of their numbers; the last may be smaller.

        Of a photograph the middle is seen, or what augmentation makes of it. To begin at a later batch, hand over what
        is left of the order: what is drawn for a photograph does not depend on its batch.
        """
        for pixels, numbers in self.decoded(order, augment):
            seen = pixels if augment is None else augment.mirror(pixels, numbers)
            yield arrays.normalise(seen, self.mean, self.std), self.labels_of(numbers)

    def decoded(self, order: np.ndarray, augment: Augmentation | None) -> Iterator[tuple[Tensor, np.ndarray]]:
        """Pixels uint8 (n, 3, crop, crop) on the device, channels last in memory, and the numbers (n) of each batch.

        A batch's pixels are overwritten once the next is asked for, where the device is the CPU.
        """
        parts = None if augment is None else augment.parts
        starts = deque(range(0, len(order), self.batch_size))
        shape = (min(self.batch_size, len(order)), self.crop, self.crop, 3)
        transfer = Transfer(self.mean.device)
        free = deque(transfer.buffer(shape) for _ in range(min(AHEAD + 1, len(starts))))
        pending: deque[tuple[Tensor, np.ndarray, list[Future]]] = deque()
        pool = ThreadPoolExecutor(self.threads, thread_name_prefix="decode")
        try:
            while starts or pending:
                while starts and free:
                    start, buffer = starts.popleft(), transfer.reuse(free.popleft())
                    pending.append(self.begin(pool, buffer, order[start : start + self.batch_size], parts))
                buffer, numbers, tasks = pending.popleft()
                self.wait(tasks)
                yield transfer.start(buffer, len(numbers)).permute(0, 3, 1, 2), numbers
                free.append(buffer)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def begin(self, pool, buffer: Tensor, numbers: np.ndarray, parts: np.ndarray | None):
        """Let threads decode a batch into a buffer."""
        pixels = buffer.numpy()
        tasks = [
            pool.submit(self.decode_some, pixels[start : start + TASK], numbers[start : start + TASK], parts)
            for start in range(0, len(numbers), TASK)
        ]
        return buffer, numbers, tasks

    def decode_some(self, pixels: np.ndarray, numbers: np.ndarray, parts: np.ndarray | None) -> None:
        """Decode photographs into pixels (n, crop, crop, 3)."""
        for place, number in enumerate(numbers.tolist()):
            whole = self.decode_one(number)
            if parts is None:
                pixels[place] = resize_middle(whole, self.resize, self.crop, self.resampler)
            else:
                pixels[place] = resize_part(whole, tuple(parts[:, number].tolist()), self.crop, self.resampler)

    def decode_one(self, number: int) -> np.ndarray:
        """The pixels (height, width, 3) of a photograph. Raises OtherPhotograph, and DecodingError with its file."""
        try:
            return decode(self.reader.read(number))
        except DecodingError as error:
            shard = int(self.reader.rows.shard[number])
            raise DecodingError(f"{self.reader.index.path(shard)}: photograph {number}: {error}") from error

    def wait(self, tasks: list[Future]) -> None:
        """Wait until a batch is decoded. Raises what a thread raised."""
        began = time.perf_counter()
        for task in tasks:
            task.result()
        self.waits.append(time.perf_counter() - began)

    def labels_of(self, numbers: np.ndarray) -> Tensor:
        """The labels (n) of photographs, on the device."""
        return torch.from_numpy(self.labels[numbers]).to(self.mean.device)

    def sides(self) -> tuple[np.ndarray, np.ndarray]:
        """Height and width of each photograph (photographs), in pixels."""
        return self.rows.height.astype(np.int64), self.rows.width.astype(np.int64)

    @property
    def rows(self) -> Photographs:
        """Where the photographs lie, and what they are."""
        return self.reader.rows

    @property
    def seen(self) -> tuple[int, int, int]:
        """The shape (channels, height, width) of what a network sees of a photograph."""
        return 3, self.crop, self.crop

    def count_batches(self) -> int:
        """How many batches all photographs make."""
        return -(-len(self.labels) // self.batch_size)


def open_photographs(index: Index, settings, split: str, batch_size: int, mean: Tensor, std: Tensor) -> PhotographSplit:
    """The photographs of a split, cut as the study's section `images` says."""
    threads = settings.decoding_threads or count_cores()
    cut = (settings.crop, settings.resize, settings.resize_with)
    return PhotographSplit(Reader(index, split), index.splits[split].label, batch_size, mean, std, *cut, threads)


class Transfer:
    """Copies of batches to a device: on a GPU in a stream of their own, from memory that it reads by itself."""

    def __init__(self, device: torch.device):
        self.device = device
        self.stream = torch.cuda.Stream(device) if device.type == "cuda" else None
        self.copies: dict[int, torch.cuda.Event] = {}  # by the address of a buffer, the copy that may still read it

    def buffer(self, shape: tuple[int, ...]) -> Tensor:
        """Memory for a batch of bytes."""
        return torch.empty(shape, dtype=torch.uint8, pin_memory=self.stream is not None)

    def start(self, buffer: Tensor, count: int) -> Tensor:
        """The first images of a buffer, on the device: the buffer itself on a CPU."""
        if self.stream is None:
            return buffer[:count]
        current = torch.cuda.current_stream(self.device)
        with torch.cuda.stream(self.stream):
            pixels = buffer[:count].to(self.device, non_blocking=True)
            self.copies[buffer.data_ptr()] = self.stream.record_event()
        current.wait_stream(self.stream)
        pixels.record_stream(current)
        return pixels

    def reuse(self, buffer: Tensor) -> Tensor:
        """A buffer that may be written to, once the last copy from it is done."""
        if copy := self.copies.pop(buffer.data_ptr(), None):
            copy.synchronize()
        return buffer


def count_cores() -> int:
    """The cores on which this process may run."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
