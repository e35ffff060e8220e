"""The processor that computes."""

import pytest

from vestige.foundation.processor import describe, kind_of, model, model_in, sets_in

X86 = "processor\t: 0\nmodel name\t: AMD EPYC 7763\nflags\t\t: fpu sse2 fma avx avx2\n\nmodel name\t: Other"
ARM = "processor\t: 0\nFeatures\t: fp asimd sve\nCPU implementer\t: 0x41\nCPU part\t: 0xd40\n"


@pytest.mark.parametrize(
    ("info", "named", "sets"),
    [
        (X86, "AMD EPYC 7763", ("avx2", "fma")),
        (
            X86.replace("avx2", "avx2 avx512f amx_tile amx_bf16"),
            "AMD EPYC 7763",
            ("avx2", "fma", "avx512f", "amx_bf16"),
        ),
        ("", "", ()),
        ("processor : 0\n", "", ()),
    ],
)
def test_what_the_system_says_of_the_first_processor(info, named, sets):
    assert (model_in(info), sets_in(info)) == (named, sets)


def test_an_arm_processor_is_named_by_its_numbers():
    assert model_in(ARM).endswith(" 0x41 0xd40")
    assert sets_in(ARM) == ("asimd", "sve")


def test_the_processor_here_is_described_in_one_line_and_always_alike():
    assert model()
    assert describe().startswith(model())
    assert describe() == describe()
    assert "\n" not in describe()


def test_a_mixture_is_another_kind_than_each_of_its_machines_whatever_their_order():
    assert kind_of(["a", "a"]) == kind_of(["a"]) != kind_of(["b"])
    assert kind_of(["a", "b"]) == kind_of(["b", "a"]) not in (kind_of(["a"]), kind_of(["b"]), kind_of(["ab"]))
