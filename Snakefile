"""From images to the paper's figures: one rule a stage, one command a rule, every number in params.yaml."""

from vestige.commands import check, figure_labels, progress, rule_resources, untrusted_results
from vestige.commands.record import record
from vestige.engines import snakefile as front
from vestige.engines import snakemake_metadata

STUDY = front.study(config)  # refuses a faulty params.yaml, and values that --config would put in its place
check.refuse_moved(STUDY)  # images that lie elsewhere: one command tells whether they are the same
check.check_given(STUDY)  # networks that were trained elsewhere: their files, before anything is computed
untrusted_results.doubt_wrong(STUDY)  # what was changed by hand, or is a copy: Snakemake would believe it
front.prepare(STUDY)
progress.begin(STUDY, workflow)


wildcard_constraints:
    study=front.only_names([STUDY.study]),
    condition=front.only_names(STUDY.conditions),
    seed=front.only_names(STUDY.seeds),
    pair=front.only_names(STUDY.between),
    set=front.only_names(STUDY.untrained),
    figure="[a-z][a-z0-9_]*",


onstart:
    front.refuse_other_snakemake()
    front.note_code(STUDY)
    front.share_imports(STUDY, workflow)
    snakemake_metadata.look_when_jobs_end(workflow)


onsuccess:
    front.end_forkserver()
    if front.is_first():
        record()


onerror:
    front.end_forkserver()
    if front.is_first():
        record()


rule figures:
    """Everything that the study asks for. Every result is named, so that none is missing where another is current."""
    default_target: True
    input:
        front.all_outputs(STUDY),


include: "workflow/rules/images.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/measures.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"
