"""Batches of photographs, which threads decode while a network is busy with the batches before."""

import hashlib
import os
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch
from torch import Tensor

from vestige.data import arrays
from vestige.data.augmentation import Augmentation
from vestige.data.decoding import DecodingError, decode
from vestige.data.device_transfer import Transfer
from vestige.data.photograph_index import Index, Photographs
from vestige.data.pixel_finishing import Bytes, Normalized
from vestige.data.resizing import Resampler, resize_middle, resize_part

REMEDY = "The images have changed since images.nc was made: bring the former ones back, or delete and remake it."


class OtherPhotograph(RuntimeError):
    """Bytes at the place of a photograph that are not those that were indexed."""


class Reader:
    """The bytes of photographs, each checked against the sha256 that the index has of it. Threads may share one.

    A shard is opened for each photograph, which takes no time beside decoding: there may be more shards than a process
    may hold open.
    """

    def __init__(self, index: Index, split: str, remedy: str = REMEDY):
        self.index, self.rows, self.remedy = index, index.splits[split], remedy

    def read(self, number: int) -> bytes:
        """The bytes of a photograph, by its number in the split. Raises OtherPhotograph, or OSError with its file."""
        shard, offset, length = (
            int(column[number]) for column in (self.rows.shard, self.rows.offset, self.rows.length)
        )
        path = str(self.index.path(shard))
        try:
            file = os.open(path, os.O_RDONLY)
        except FileNotFoundError as error:
            raise self.refusal(shard, number, "the file is gone") from error
        try:
            data = os.pread(file, length, offset)
        except OSError as error:
            raise OSError(error.errno, error.strerror, path) from error
        finally:
            os.close(file)
        if hashlib.sha256(data).digest() != self.rows.sha256[number].tobytes():
            raise self.refusal(shard, number, "its bytes are not those that were indexed")
        return data

    def refusal(self, shard: int, number: int, why: str) -> OtherPhotograph:
        """What to say of a photograph that is not what was indexed."""
        return OtherPhotograph(
            f"{self.index.path(shard)}: photograph {number} (byte {self.rows.offset[number]}): {why}.\n{self.remedy}"
        )


@dataclass(frozen=True)
class Batch:
    """A batch that threads decode: its memory, the numbers of its photographs, and the places nobody has taken yet."""

    buffer: Tensor
    numbers: np.ndarray
    left: deque[int]
    tasks: list[Future]

    @classmethod
    def begin(cls, buffer: Tensor, numbers: np.ndarray) -> "Batch":
        """A batch that nobody has begun."""
        return cls(buffer, numbers, deque(range(len(numbers))), [])


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
    transfer: Transfer
    waits: list[float] = field(default_factory=list)  # seconds that each batch was waited for since last asked

    def batches(self, order: np.ndarray, augment: Augmentation | None = None) -> Iterator[tuple[Tensor, Tensor]]:
        """Normalised photographs and labels on the device, in an order of their numbers; the last may be smaller.

        Of a photograph the middle is seen, or what augmentation makes of it. To begin at a later batch, hand over what
        is left of the order: what is drawn for a photograph does not depend on its batch. On a CPU the pixels of a
        batch are overwritten once the next is asked for.
        """
        if self.mean.device.type == "cpu":
            flips = None if augment is None else augment.flips
            for images, numbers in self.fill_batches(order, augment, Normalized(self.mean, self.std, self.crop, flips)):
                yield images, self.labels_of(numbers)
            return
        for pixels, numbers in self.decode_batches(order, augment):
            seen = pixels if augment is None else augment.mirror(pixels, numbers)
            yield arrays.normalise(seen, self.mean, self.std), self.labels_of(numbers)

    def decode_batches(self, order: np.ndarray, augment: Augmentation | None) -> Iterator[tuple[Tensor, np.ndarray]]:
        """Pixels uint8 (n, 3, crop, crop) on the device, channels last in memory, and the numbers (n) of each batch.

        They are neither mirrored nor normalised. On a CPU they are overwritten once the next batch is asked for.
        """
        return self.fill_batches(order, augment, Bytes())

    def fill_batches(
        self, order: np.ndarray, augment: Augmentation | None, finish: Bytes | Normalized
    ) -> Iterator[tuple[Tensor, np.ndarray]]:
        """What is made of the pixels of each batch (n, 3, crop, crop), as in `decode_batches`, and the numbers (n)."""
        parts = None if augment is None else augment.parts
        starts = deque(range(0, len(order), self.batch_size))
        shape = (min(self.batch_size, len(order)), self.crop, self.crop, 3)
        free = self.transfer.take_buffers(min(finish.ahead + 1, len(starts)), shape, finish.dtype)
        pending: deque[Batch] = deque()
        pool = ThreadPoolExecutor(self.threads, thread_name_prefix="decode")
        try:
            while starts or pending:
                while starts and free:
                    start, buffer = starts.popleft(), self.transfer.reuse(free.popleft())
                    batch = Batch.begin(buffer, order[start : start + self.batch_size])
                    work = partial(self.fill, batch, parts, finish)
                    batch.tasks.extend(pool.submit(work) for _ in range(min(self.threads, len(batch.numbers))))
                    pending.append(batch)
                batch = pending[0]
                self.wait(batch.tasks)
                yield self.transfer.start(batch.buffer, len(batch.numbers)).permute(0, 3, 1, 2), batch.numbers
                free.append(pending.popleft().buffer)
        finally:
            for batch in pending:
                batch.left.clear()
            pool.shutdown(wait=True, cancel_futures=True)
            self.transfer.give_back([*free, *(batch.buffer for batch in pending)])

    def fill(self, batch: "Batch", parts: np.ndarray | None, finish: Bytes | Normalized) -> None:
        """Decode photographs of a batch into its buffer until none is left; several threads do so at once."""
        pixels = batch.buffer.numpy()
        while batch.left:
            try:
                place = batch.left.popleft()
            except IndexError:  # another thread has taken the last one
                return
            number = int(batch.numbers[place])
            finish.write(self.cut_out(self.decode_one(number), number, parts), number, pixels[place])

    def cut_out(self, whole: np.ndarray, number: int, parts: np.ndarray | None) -> np.ndarray:
        """What is seen (crop, crop, 3) of a photograph (height, width, 3): its part (4, photographs), or its middle."""
        if parts is None:
            return resize_middle(whole, self.resize, self.crop, self.resampler)
        return resize_part(whole, tuple(parts[:, number].tolist()), self.crop, self.resampler)

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
        return torch.from_numpy(self.labels[numbers]).to(self.mean.device, non_blocking=True)

    def sides(self) -> tuple[np.ndarray, np.ndarray]:
        """Height and width of each photograph (photographs), in pixels."""
        return self.rows.height.astype(np.int64), self.rows.width.astype(np.int64)

    @property
    def rows(self) -> Photographs:
        """Where the photographs lie, and what they are."""
        return self.reader.rows

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """The shape (channels, height, width) of what a network sees of a photograph."""
        return 3, self.crop, self.crop

    def count_batches(self) -> int:
        """How many batches all photographs make."""
        return -(-len(self.labels) // self.batch_size)


def open_photographs(reader: Reader, settings, batch_size: int, mean: Tensor, std: Tensor) -> PhotographSplit:
    """The photographs of a reader, cut as the study's section `images` says."""
    threads = settings.decoding_threads or count_cores()
    cut = (settings.crop, settings.resize, settings.resize_with)
    return PhotographSplit(reader, reader.rows.label, batch_size, mean, std, *cut, threads, Transfer(mean.device))


def count_cores() -> int:
    """The cores on which this process may run."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
