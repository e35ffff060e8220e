rule figures_network:
    """Draw one figure of the network's structure."""
    input:
        runs=front.results(STUDY, "network"),
        code=lambda wildcards: front.code(STUDY, "figures_network", wildcards),
    output:
        png="results/{study}/figures/{figure}.png",
        pdf="results/{study}/figures/{figure}.pdf",
        csv="results/{study}/figures/{figure}.csv",
    log:
        "logs/{study}/figures/{figure}.log",
    wildcard_constraints:
        figure=front.only(front.figures(STUDY, "network")),
    conda:
        "../../environment.yml"
    resources:
        gpu=0,
        mem_mb=4000,
        runtime=60,
    params:
        settings=front.settings(STUDY, "figures.network.{figure}"),
    shell:
        "vestige make {output.png}"


rule figures_training:
    """Draw one figure of training curves from every run that has it."""
    input:
        images=front.images(STUDY),
        runs=front.results(STUDY, "training"),
        code=lambda wildcards: front.code(STUDY, "figures_training", wildcards),
    output:
        png="results/{study}/figures/{figure}.png",
        pdf="results/{study}/figures/{figure}.pdf",
        csv="results/{study}/figures/{figure}.csv",
    log:
        "logs/{study}/figures/{figure}.log",
    wildcard_constraints:
        figure=front.only(front.figures(STUDY, "training")),
    conda:
        "../../environment.yml"
    resources:
        gpu=0,
        mem_mb=4000,
        runtime=60,
    params:
        settings=front.settings(STUDY, "figures.training.{figure}", "conditions", "seeds"),
    shell:
        "vestige make {output.png}"


rule figures_selectivity:
    """Draw one figure of selectivity from every run that has it."""
    input:
        runs=front.results(STUDY, "selectivity"),
        code=lambda wildcards: front.code(STUDY, "figures_selectivity", wildcards),
    output:
        png="results/{study}/figures/{figure}.png",
        pdf="results/{study}/figures/{figure}.pdf",
        csv="results/{study}/figures/{figure}.csv",
    log:
        "logs/{study}/figures/{figure}.log",
    wildcard_constraints:
        figure=front.only(front.figures(STUDY, "selectivity")),
    conda:
        "../../environment.yml"
    resources:
        gpu=0,
        mem_mb=4000,
        runtime=60,
    params:
        settings=front.settings(STUDY, "figures.selectivity.{figure}", "conditions", "seeds"),
    shell:
        "vestige make {output.png}"


rule figures_ablation:
    """Draw one figure of ablation curves from every run that has it."""
    input:
        runs=front.results(STUDY, "ablation"),
        code=lambda wildcards: front.code(STUDY, "figures_ablation", wildcards),
    output:
        png="results/{study}/figures/{figure}.png",
        pdf="results/{study}/figures/{figure}.pdf",
        csv="results/{study}/figures/{figure}.csv",
    log:
        "logs/{study}/figures/{figure}.log",
    wildcard_constraints:
        figure=front.only(front.figures(STUDY, "ablation")),
    conda:
        "../../environment.yml"
    resources:
        gpu=0,
        mem_mb=4000,
        runtime=60,
    params:
        settings=front.settings(STUDY, "figures.ablation.{figure}", "applies.ablation", "seeds"),
    shell:
        "vestige make {output.png}"


rule figures_cka:
    """Draw one figure of representational similarity from every run that has it."""
    input:
        runs=front.results(STUDY, "cka"),
        code=lambda wildcards: front.code(STUDY, "figures_cka", wildcards),
    output:
        png="results/{study}/figures/{figure}.png",
        pdf="results/{study}/figures/{figure}.pdf",
        csv="results/{study}/figures/{figure}.csv",
    log:
        "logs/{study}/figures/{figure}.log",
    wildcard_constraints:
        figure=front.only(front.figures(STUDY, "cka")),
    conda:
        "../../environment.yml"
    resources:
        gpu=0,
        mem_mb=4000,
        runtime=60,
    params:
        settings=front.settings(STUDY, "figures.cka.{figure}", "applies.cka", "seeds"),
    shell:
        "vestige make {output.png}"


rule figures_between:
    """Draw one figure of similarity between networks from every pair of them."""
    input:
        runs=front.results(STUDY, "between"),
        code=lambda wildcards: front.code(STUDY, "figures_between", wildcards),
    output:
        png="results/{study}/figures/{figure}.png",
        pdf="results/{study}/figures/{figure}.pdf",
        csv="results/{study}/figures/{figure}.csv",
    log:
        "logs/{study}/figures/{figure}.log",
    wildcard_constraints:
        figure=front.only(front.figures(STUDY, "between")),
    conda:
        "../../environment.yml"
    resources:
        gpu=0,
        mem_mb=4000,
        runtime=60,
    params:
        settings=front.settings(STUDY, "figures.between.{figure}", "between"),
    shell:
        "vestige make {output.png}"
