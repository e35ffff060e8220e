"""The device that computes, made to give the same bits every time."""

import os

import torch
import torch.utils.deterministic

from vestige.foundation import processor


def prepare(device: str, threads: int) -> torch.device:
    """The device of a study ("cpu" or "cuda"), with so many CPU threads and deterministic algorithms throughout."""
    os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"  # cuBLAS repeats its sums only with a fixed workspace
    if device == "cuda" and not torch.cuda.is_available():
        raise RuntimeError("device is cuda, but there is no CUDA GPU here: set it to cpu, or run where there is one")
    torch.set_num_threads(threads)
    # use_deterministic_algorithms(True), without its import of a compiler, which takes seconds
    torch.set_deterministic_debug_mode("error")
    torch.utils.deterministic.fill_uninitialized_memory = False  # nothing here reads memory before writing it
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = False  # float32 means float32 on a GPU as on a CPU
    torch.backends.cuda.matmul.allow_tf32 = False
    return torch.device(device)


def describe_machine(device: str) -> str:
    """The kind of machine on which a study's device computes: equal texts promise equal bits.

    The processor with its instruction sets, or the GPU with its compute capability.
    """
    if device != "cuda":
        return processor.describe()
    if not torch.cuda.is_available():
        return "no GPU"
    major, minor = torch.cuda.get_device_capability()
    return f"{torch.cuda.get_device_name()} (compute capability {major}.{minor})"
