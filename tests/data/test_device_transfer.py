"""The memory of batches: used again where it is as asked for, and never by two at once."""

import torch

from vestige.data.device_transfer import Transfer

CPU, SHAPE = torch.device("cpu"), (4, 2, 2, 3)


def addresses(buffers):
    return {buffer.data_ptr() for buffer in buffers}


def test_memory_that_was_given_back_is_taken_again():
    transfer = Transfer(CPU)
    first = transfer.take_buffers(3, SHAPE, torch.uint8)
    transfer.give_back(list(first))
    assert addresses(transfer.take_buffers(3, SHAPE, torch.uint8)) == addresses(first)


def test_two_that_ask_before_any_is_given_back_have_memory_of_their_own():
    transfer = Transfer(CPU)
    transfer.give_back(list(transfer.take_buffers(3, SHAPE, torch.uint8)))
    first, second = (transfer.take_buffers(3, SHAPE, torch.uint8) for _ in range(2))
    assert not addresses(first) & addresses(second)


def test_memory_of_another_shape_or_type_is_not_taken():
    transfer = Transfer(CPU)
    for shape, dtype in [(SHAPE, torch.float32), ((2, *SHAPE[1:]), torch.uint8)]:
        transfer.give_back(list(transfer.take_buffers(2, shape, dtype)))
        assert {(each.shape, each.dtype) for each in transfer.take_buffers(2, SHAPE, torch.uint8)} == {
            (torch.Size(SHAPE), torch.uint8)
        }
