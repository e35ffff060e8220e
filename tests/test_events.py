"""What happens to a project, and what must be made again then: verify, Snakemake and DVC say the same."""

import shutil
from collections.abc import Callable

import pytest
from engine_jobs import asked_again, dvc_stale, snakemake_stale, without_checkpoints
from engines import (
    FIGURES,
    NETWORKS,
    SHOW_CONDITIONS,
    SUPPRESSED,
    among,
    branch_and_back,
    bytes_of,
    downstream,
    run,
    study_of,
    unproven,
)
from project_events import (
    CODE,
    LOOP,
    TRAINING,
    append,
    appended_to,
    change,
    code_edited_during_a_run,
    code_edited_during_dvc_repro,
    command,
    fresh_clone,
    is_cut_short,
    killed,
    one_after_another,
    overwritten,
    removed,
    reordered,
    replace,
    touched,
    values_changed,
    vouched,
)

pytestmark = pytest.mark.nightly
SELECTIVITY = "results/tiny/selectivity/suppressed-seed0.nc"
OTHER = "results/tiny/selectivity/promoted-seed0.nc"
FIGURE = "results/tiny/figures/emergence.png"


ALPHA = change("conditions", "suppressed", "alpha", to=-6)
BACK = change("conditions", "suppressed", "alpha", to=-5)
SWAPPED = one_after_another(change("training", "momentum", to=1e-4), change("training", "weight_decay", to=0.9))
DPI = change("figures", "selectivity", "emergence", "dpi", to=90)
# Event -> what must be made again: how paths under results/tiny begin; the report with them.
EVENTS: dict[str, tuple[Callable, set[str] | None]] = {
    "nothing": (lambda project: None, None),
    "a comment in the code of training": (append(CODE, "\n# a comment\n"), None),
    "a docstring of it": (replace(LOOP, '"""One line on an epoch."""', '"""A line."""'), None),
    "its formatting": (replace(LOOP, "math.nan)", "(math.nan))"), None),
    "its meaning": (append(CODE, "\nEDITED = True\n"), NETWORKS),
    "its meaning, and back": (
        one_after_another(append(CODE, "\nEDITED = True\n"), replace(CODE, "\nEDITED = True\n", "")),
        None,
    ),
    "its meaning, vouched for": (vouched, None),
    "code in the `__init__.py` of a package": (
        append("src/vestige/models/__init__.py", "\nEDITED = True\n"),
        {"network", "figures/architecture"} | NETWORKS,
    ),
    "what labels results": (append("src/vestige/foundation/result_encoding.py", "\nEDITED = True\n"), {""}),
    "what a random stream is": (
        replace("src/vestige/config/study.py", "            return seed\n", "            return seed + 1000\n"),
        NETWORKS,
    ),
    "in which order figures show runs": (
        replace("src/vestige/job_text.py", "if dict(each.values) in cells]", "if dict(each.values) in cells][::-1]"),
        FIGURES,
    ),
    "the meaning of what reads the study, to the same": (
        append("src/vestige/config/study.py", "\nEDITED = True\n"),
        None,
    ),
    "the meaning of what judges results": (append("src/vestige/provenance/status.py", "\nEDITED = True\n"), None),
    "a default that the study does not use": (replace("src/vestige/figures/drawing.py", "] = 200", "] = 201"), None),
    "a comment in the figures' style": (append("src/vestige/figures/style.mplstyle", "\n# a comment\n"), None),
    "the figures' style": (replace("src/vestige/figures/style.mplstyle", "font.size: 8", "font.size: 9"), {"figures/"}),
    "a comment in a template": (append("src/vestige/report/page.html.jinja", "{# a comment #}\n"), None),
    "a comment in the page's style": (append("src/vestige/report/style.css", "/* a comment */\n"), None),
    "the page's style": (append("src/vestige/report/style.css", "p { margin: 0 }\n"), {"report"}),
    "the end of a penalty written out": (change("conditions", "suppressed", "stop", to=2), None),
    "modules in another order": (change("conditions", "suppressed", "modules", to=[5, 4]), None),
    "alpha of a condition": (ALPHA, SUPPRESSED),
    "alpha, and back": (one_after_another(ALPHA, BACK), None),
    "two numbers swapped": (SWAPPED, NETWORKS),
    "a number spelt otherwise": (replace("params.yaml", "alpha: -5,", "alpha: -5.0,"), None),
    "conditions in another order": (reordered, None),
    "a condition more": (
        change("conditions", "gentle", to={"alpha": 1, "modules": [4], "start": 0}),
        {"training/gentle", "selectivity/gentle"} | SHOW_CONDITIONS,
    ),
    "a measure's list wider": (
        change("applies", "cka", to=["baseline", "suppressed", "promoted"]),
        {"cka/promoted", "figures/linearity", "claims"},
    ),
    "the dots of one figure": (DPI, {"figures/emergence"}),
    "all files touched": (touched, None),
    "a branch switched and back": (branch_and_back, None),
    "results lost, then `dvc checkout`": (
        one_after_another(removed("results"), command("dvc checkout --quiet")),
        None,
    ),
    "`dvc pull` into a fresh clone": (fresh_clone, None),
    "the same, then alpha": (one_after_another(fresh_clone, ALPHA), SUPPRESSED),
    "a run by DVC": (one_after_another(DPI, command("dvc repro --quiet")), None),
    "a run by Snakemake": (one_after_another(DPI, command("snakemake figures --quiet")), None),
    "a measure lost": (removed(SELECTIVITY), None),
    "a figure's PDF lost": (removed(FIGURE.replace(".png", ".pdf")), None),
    "all checkpoints of a run lost": (removed("results/tiny/checkpoints/suppressed-seed0"), None),
    "a checkpoint damaged": (appended_to("results/tiny/checkpoints/suppressed-seed0/epoch-001.safetensors"), None),
    "numbers of a result changed": (values_changed(SELECTIVITY), None),
    "a picture with a byte more": (appended_to(FIGURE), None),
    "an array file with a byte more": (appended_to(SELECTIVITY), None),
    "a result copied from another condition": (overwritten(SELECTIVITY, OTHER), None),
    "a stale edit blessed by `dvc commit`": (
        one_after_another(ALPHA, command("dvc commit --force --quiet")),
        SUPPRESSED,
    ),
    "a stale edit blessed by `snakemake --touch`": (
        one_after_another(ALPHA, command("snakemake figures --touch --forceall --quiet all --cores 1")),
        SUPPRESSED,
    ),
    "swapped numbers blessed by both": (
        one_after_another(
            SWAPPED,
            command("dvc commit --force --quiet", "snakemake figures --touch --forceall --quiet all --cores 1"),
        ),
        NETWORKS,
    ),
    "a poisoned run-cache": (
        one_after_another(ALPHA, command("dvc commit --force --quiet"), BACK, command("dvc commit --force"), ALPHA),
        SUPPRESSED,
    ),
    "code edited during a run, and back": (code_edited_during_a_run, None),
    "code edited during `dvc repro`, and back": (code_edited_during_dvc_repro, None),
    "kill -9 in a training": (killed, SUPPRESSED),
    "Snakemake's memory lost": (removed(".snakemake"), None),
    "the same, then alpha ": (one_after_another(removed(".snakemake"), ALPHA), SUPPRESSED),
    "`dvc.lock` lost": (removed("dvc.lock"), None),
    "`dvc.lock` cut short by a kill": (is_cut_short("dvc.lock"), None),
    "`dvc.lock` emptied by a kill": (is_cut_short("dvc.lock", 0), None),
    "DVC's cache lost": (removed(".dvc/cache"), None),
    "another result of another study beside": (
        lambda project: shutil.copytree(project / "results/tiny", project / "results/other"),
        None,
    ),
}


# One event of each kind; the others are more of the same.
EACH_KIND = {
    *("its meaning", "its meaning, vouched for", "alpha of a condition", "two numbers swapped", "a condition more"),
    *("the dots of one figure", "all files touched", "a branch switched and back", "the same, then alpha"),
    *("a run by DVC", "all checkpoints of a run lost", "numbers of a result changed", "a poisoned run-cache"),
    *("a stale edit blessed by `dvc commit`", "a stale edit blessed by `snakemake --touch`", "kill -9 in a training"),
    *("code edited during a run, and back", "Snakemake's memory lost", "`dvc.lock` cut short by a kill"),
}


@pytest.mark.parametrize(
    "event", [pytest.param(name, marks=() if name in EACH_KIND else pytest.mark.nightly) for name in EVENTS]
)
def test_all_agree_on_what_must_be_made_again_after(project, event):
    happens, patterns = EVENTS[event]
    happens(project)
    run(project, "vestige restore")
    run(project, "vestige sync")
    must = set() if patterns is None else among(project, patterns)
    assert downstream(study_of(project), set(unproven(project))) == must
    assert snakemake_stale(project) == must
    assert without_checkpoints(dvc_stale(project)) == must | asked_again(study_of(project), must)


def test_the_events_name_files_that_there_are(by_both):
    assert [path for path in (TRAINING, SELECTIVITY, OTHER, FIGURE, CODE) if not (by_both / path).is_file()] == []
    assert bytes_of(by_both, "results/tiny/checkpoints/suppressed-seed0/epoch-001.safetensors")
