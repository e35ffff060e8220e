"""Memory for batches, which is used again, and their way to the device: on a GPU in a stream of their own."""

from collections import deque

import torch
from torch import Tensor


class Transfer:
    """Copies of batches to a device: on a GPU in a stream of their own, from memory that it reads by itself.

    The memory of an epoch is kept for the next one: fresh memory takes time, and of a GPU's kind much.
    """

    def __init__(self, device: torch.device):
        self.device = device
        self.stream = torch.cuda.Stream(device) if device.type == "cuda" else None
        self.copies: dict[int, torch.cuda.Event] = {}  # by the address of a buffer, the copy that may still read it
        self.spare: list[Tensor] = []

    def take_buffers(self, count: int, shape: tuple[int, ...], dtype: torch.dtype) -> deque[Tensor]:
        """Memory for so many batches: that which was given back, where it is as asked for, else new memory."""
        spare = [each for each in self.spare if each.shape == shape and each.dtype == dtype][:count]
        self.spare = [each for each in self.spare if all(each is not taken for taken in spare)]
        pinned = self.stream is not None
        fresh = [torch.empty(shape, dtype=dtype, pin_memory=pinned) for _ in range(count - len(spare))]
        return deque(spare + fresh)

    def give_back(self, buffers: list[Tensor]) -> None:
        """Keep memory for whoever asks next."""
        self.spare = [*self.spare, *buffers]

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
