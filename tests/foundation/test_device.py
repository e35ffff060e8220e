"""The device that computes."""

import pytest
import torch

from vestige.foundation import processor
from vestige.foundation.device import describe_machine, prepare


def test_the_cpu_computes_with_so_many_threads_and_repeats_itself():
    device = prepare("cpu", 1)
    assert (device.type, torch.get_num_threads()) == ("cpu", 1)
    assert torch.are_deterministic_algorithms_enabled()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_missing_gpu_is_refused_with_the_remedy():
    with pytest.raises(RuntimeError, match="no CUDA GPU here: set it to cpu"):
        prepare("cuda", 1)


def test_the_kind_of_machine_is_the_processor_or_the_gpu():
    assert describe_machine("cpu") == processor.describe()
    assert "compute capability" in describe_machine("cuda") or not torch.cuda.is_available()
