"""`vestige check` names what is wrong in the rows of figures and claims, before anything is computed."""

import pytest
from engines import edit, run

CLAIMS, FIGURES = "src/vestige/claims/paper.yaml", "src/vestige/figures/paper.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (CLAIMS, "statistic: emergence.", "statistic: emergance.", "statistic: found 'emergance."),
        (CLAIMS, "margins:", "margins: 2020-01-01\nothers:", "src/vestige/claims/paper.yaml: texts, numbers, lists"),
        (FIGURES, "plot: module_lines", "plot: module_line", "emergence.plot: found 'module_line'"),
    ],
)
def test_a_bad_row_is_refused(empty_project, file, old, new, says):
    path = empty_project / file
    path.write_text(path.read_text().replace(old, new, 1))
    done = run(empty_project, "vestige check", check=False)
    assert done.returncode == 1
    assert says in done.stdout
    assert "Traceback" not in done.stdout


def test_an_absent_section_beside_another_fault_is_no_traceback(empty_project):
    params = empty_project / "params.yaml"
    text = params.read_text().replace("{first: baseline,", "{first: nobody,")
    params.write_text("".join(line for line in text.splitlines(keepends=True) if not line.startswith("cka:")))
    done = run(empty_project, "vestige check", check=False)
    assert done.returncode == 1
    assert "between.baselines.first" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.slow
def test_what_the_images_do_not_allow_is_refused_once_they_are_described_and_before_anything_is_trained(project):
    for command in ("vestige check", "vestige make results/tiny/training/baseline-seed0.nc"):
        edit(project, "cka", "batch_size", to=360)
        edit(project, "training", "epochs", to=3)
        done = run(project, command, check=False)
        assert done.returncode == 1
        assert "cka.batch_size (line " in done.stdout
        assert "found 360; there are 359 validation images; allowed: 4 to 359" in done.stdout
