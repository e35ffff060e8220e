rule network:
    """What the study's network consists of, and the shape of what each step gives (figure 1)."""
    input:
        images="results/{study}/images.nc",
        code=front.code(STUDY, "network"),
    output:
        "results/{study}/network.nc",
    log:
        "logs/{study}/network.log",
    conda:
        "../../environment.yml"
    resources:
        runtime=rule_resources.runtime(STUDY, "network"),
        mem_mb=rule_resources.mem_mb(STUDY, "network", workflow),
    params:
        text=front.text(STUDY, "network"),
    shell:
        "vestige make {output}"


rule selectivity:
    """Class selectivity index of every unit at every checkpoint of one run (equation 1)."""
    input:
        images="results/{study}/images.nc",
        training="results/{study}/training/{condition}-seed{seed}.nc",
        code=front.code(STUDY, "selectivity"),
    output:
        "results/{study}/selectivity/{condition}-seed{seed}.nc",
    log:
        "logs/{study}/selectivity/{condition}-seed{seed}.log",
    conda:
        "../../environment.yml"
    threads: STUDY.threads
    resources:
        gpu=front.gpus(STUDY),
        runtime=rule_resources.runtime(STUDY, "selectivity"),
        mem_mb=rule_resources.mem_mb(STUDY, "selectivity", workflow),
    params:
        text=front.text(STUDY, "selectivity"),
    shell:
        "vestige make {output}"


rule ablation:
    """Accuracy under progressive ablation, the most selective units first and in random order (section 3.3)."""
    input:
        images="results/{study}/images.nc",
        training="results/{study}/training/{condition}-seed{seed}.nc",
        selectivity="results/{study}/selectivity/{condition}-seed{seed}.nc",
        code=front.code(STUDY, "ablation"),
    output:
        "results/{study}/ablation/{condition}-seed{seed}.nc",
    log:
        "logs/{study}/ablation/{condition}-seed{seed}.log",
    conda:
        "../../environment.yml"
    threads: STUDY.threads
    resources:
        gpu=front.gpus(STUDY),
        runtime=rule_resources.runtime(STUDY, "ablation"),
        mem_mb=rule_resources.mem_mb(STUDY, "ablation", workflow),
    params:
        text=front.text(STUDY, "ablation"),
    shell:
        "vestige make {output}"


rule cka:
    """Centred kernel alignment between the layers of one network, epoch by epoch (appendix A.4)."""
    input:
        images="results/{study}/images.nc",
        training="results/{study}/training/{condition}-seed{seed}.nc",
        code=front.code(STUDY, "cka"),
    output:
        "results/{study}/cka/{condition}-seed{seed}.nc",
    log:
        "logs/{study}/cka/{condition}-seed{seed}.log",
    conda:
        "../../environment.yml"
    threads: STUDY.threads
    resources:
        gpu=front.gpus(STUDY),
        runtime=rule_resources.runtime(STUDY, "cka"),
        mem_mb=rule_resources.mem_mb(STUDY, "cka", workflow),
    params:
        text=front.text(STUDY, "cka"),
    shell:
        "vestige make {output}"


rule between:
    """Centred kernel alignment between the layers of two networks at the same epoch (appendix A.4)."""
    input:
        images="results/{study}/images.nc",
        first=front.training_input(STUDY, "first"),
        second=front.training_input(STUDY, "second"),
        code=front.code(STUDY, "between"),
    output:
        "results/{study}/between/{pair}-seed{seed}.nc",
    log:
        "logs/{study}/between/{pair}-seed{seed}.log",
    conda:
        "../../environment.yml"
    threads: STUDY.threads
    resources:
        gpu=front.gpus(STUDY),
        runtime=rule_resources.runtime(STUDY, "between"),
        mem_mb=rule_resources.mem_mb(STUDY, "between", workflow),
    params:
        text=front.text(STUDY, "between"),
    shell:
        "vestige make {output}"


rule association:
    """Associations between the units of each layer, upstream and downstream (Lange et al. 2022, section 3.1)."""
    input:
        images="results/{study}/images.nc",
        training="results/{study}/training/{condition}-seed{seed}.nc",
        code=front.code(STUDY, "association"),
    output:
        "results/{study}/association/{condition}-seed{seed}.nc",
    log:
        "logs/{study}/association/{condition}-seed{seed}.log",
    conda:
        "../../environment.yml"
    threads: STUDY.threads
    resources:
        gpu=front.gpus(STUDY),
        runtime=rule_resources.runtime(STUDY, "association"),
        mem_mb=rule_resources.mem_mb(STUDY, "association", workflow),
    params:
        text=front.text(STUDY, "association"),
    shell:
        "vestige make {output}"


rule clustering:
    """Clusters of units by the modularity of their associations (Lange et al. 2022, section 3.2)."""
    input:
        association="results/{study}/association/{condition}-seed{seed}.nc",
        code=front.code(STUDY, "clustering"),
    output:
        "results/{study}/clustering/{condition}-seed{seed}.nc",
    log:
        "logs/{study}/clustering/{condition}-seed{seed}.log",
    conda:
        "../../environment.yml"
    resources:
        runtime=rule_resources.runtime(STUDY, "clustering"),
        mem_mb=rule_resources.mem_mb(STUDY, "clustering", workflow),
    params:
        text=front.text(STUDY, "clustering"),
    shell:
        "vestige make {output}"


rule agreement:
    """How far the clusters by different associations agree (Lange et al. 2022, section 3.3)."""
    input:
        association="results/{study}/association/{condition}-seed{seed}.nc",
        clustering="results/{study}/clustering/{condition}-seed{seed}.nc",
        code=front.code(STUDY, "agreement"),
    output:
        "results/{study}/agreement/{condition}-seed{seed}.nc",
    log:
        "logs/{study}/agreement/{condition}-seed{seed}.log",
    conda:
        "../../environment.yml"
    resources:
        runtime=rule_resources.runtime(STUDY, "agreement"),
        mem_mb=rule_resources.mem_mb(STUDY, "agreement", workflow),
    params:
        text=front.text(STUDY, "agreement"),
    shell:
        "vestige make {output}"


rule untrained:
    """Clusters of networks that were never trained, and how far they agree (Lange et al. 2022, section 3.3)."""
    input:
        images="results/{study}/images.nc",
        code=front.code(STUDY, "untrained"),
    output:
        "results/{study}/untrained/{set}.nc",
    log:
        "logs/{study}/untrained/{set}.log",
    conda:
        "../../environment.yml"
    threads: STUDY.threads
    resources:
        gpu=front.gpus(STUDY),
        runtime=rule_resources.runtime(STUDY, "untrained"),
        mem_mb=rule_resources.mem_mb(STUDY, "untrained", workflow),
    params:
        text=front.text(STUDY, "untrained"),
    shell:
        "vestige make {output}"


rule norms:
    """Norms of the weights of one network, tensor by tensor (Lange et al. 2022, figures S2 to S4)."""
    input:
        training="results/{study}/training/{condition}-seed{seed}.nc",
        code=front.code(STUDY, "norms"),
    output:
        "results/{study}/norms/{condition}-seed{seed}.nc",
    log:
        "logs/{study}/norms/{condition}-seed{seed}.log",
    conda:
        "../../environment.yml"
    resources:
        runtime=rule_resources.runtime(STUDY, "norms"),
        mem_mb=rule_resources.mem_mb(STUDY, "norms", workflow),
    params:
        text=front.text(STUDY, "norms"),
    shell:
        "vestige make {output}"


rule cluster_classes:
    """How far clusters of units follow the classes that the units prefer."""
    input:
        clustering="results/{study}/clustering/{condition}-seed{seed}.nc",
        selectivity="results/{study}/selectivity/{condition}-seed{seed}.nc",
        code=front.code(STUDY, "cluster_classes"),
    output:
        "results/{study}/cluster_classes/{condition}-seed{seed}.nc",
    log:
        "logs/{study}/cluster_classes/{condition}-seed{seed}.log",
    conda:
        "../../environment.yml"
    resources:
        runtime=rule_resources.runtime(STUDY, "cluster_classes"),
        mem_mb=rule_resources.mem_mb(STUDY, "cluster_classes", workflow),
    params:
        text=front.text(STUDY, "cluster_classes"),
    shell:
        "vestige make {output}"


rule cluster_ablation:
    """Accuracy without a whole cluster of units, and without as many units drawn at random."""
    input:
        images="results/{study}/images.nc",
        training="results/{study}/training/{condition}-seed{seed}.nc",
        clustering="results/{study}/clustering/{condition}-seed{seed}.nc",
        code=front.code(STUDY, "cluster_ablation"),
    output:
        "results/{study}/cluster_ablation/{condition}-seed{seed}.nc",
    log:
        "logs/{study}/cluster_ablation/{condition}-seed{seed}.log",
    conda:
        "../../environment.yml"
    threads: STUDY.threads
    resources:
        gpu=front.gpus(STUDY),
        runtime=rule_resources.runtime(STUDY, "cluster_ablation"),
        mem_mb=rule_resources.mem_mb(STUDY, "cluster_ablation", workflow),
    params:
        text=front.text(STUDY, "cluster_ablation"),
    shell:
        "vestige make {output}"
