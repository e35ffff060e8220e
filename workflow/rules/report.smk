rule claims:
    """Decide each claim of the paper: its statistic, the interval over seeds, and a verdict."""
    input:
        images="results/{study}/images.nc",
        training=front.results(STUDY, "training"),
        selectivity=front.results(STUDY, "selectivity"),
        ablation=front.results(STUDY, "ablation"),
        cka=front.results(STUDY, "cka"),
        code=front.code(STUDY, "claims"),
    output:
        nc="results/{study}/claims.nc",
        json="results/{study}/claims.json",
    log:
        "logs/{study}/claims.log",
    conda:
        "../../environment.yml"
    resources:
        gpu=0,
        mem_mb=4000,
        runtime=60,
    params:
        settings=front.settings(STUDY, "conditions", "seeds", "applies"),
    shell:
        "vestige make {output.nc}"


rule report:
    """One page that shows the study: claims, figures, what was used, how to cite it."""
    input:
        images="results/{study}/images.nc",
        network="results/{study}/network.nc",
        claims="results/{study}/claims.nc",
        training=front.results(STUDY, "training"),
        selectivity=front.results(STUDY, "selectivity"),
        ablation=front.results(STUDY, "ablation"),
        cka=front.results(STUDY, "cka"),
        between=front.results(STUDY, "between"),
        figures=front.drawings(STUDY),
        code=front.code(STUDY, "report"),
    output:
        "results/{study}/report.html",
    log:
        "logs/{study}/report.log",
    conda:
        "../../environment.yml"
    resources:
        gpu=0,
        mem_mb=4000,
        runtime=30,
    params:
        settings=front.settings(STUDY, *front.SECTIONS),
    shell:
        "vestige make {output}"
