rule training:
    """Train one network: a checkpoint after every pass over the data, and before the first.

    The checkpoints lie in results/{study}/checkpoints/{condition}-seed{seed}/; the result lists the sha256 of each.
    """
    input:
        images="results/{study}/images.nc",
        code=front.code_of_each(STUDY, "training"),
    output:
        "results/{study}/training/{condition}-seed{seed}.nc",
    log:
        "logs/{study}/training/{condition}-seed{seed}.log",
    conda:
        "../../environment.yml"
    threads: front.threads_of_training(STUDY)
    resources:
        nodes=1,  # on which all its devices are
        gpu=front.gpus_of_training(STUDY),
        runtime=rule_resources.runtime(STUDY, "training"),
        mem_mb=rule_resources.mem_mb(STUDY, "training", workflow),
    params:
        text=front.text(STUDY, "training"),
    shell:
        "vestige make {output}"
