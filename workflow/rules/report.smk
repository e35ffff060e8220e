rule claims:
    """Decide each claim of the paper: its statistic, the interval over seeds, and a verdict."""
    input:
        **front.gathered_inputs(STUDY, "claims"),
        code=front.code(STUDY, "claims"),
    output:
        nc="results/{study}/claims.nc",
        json="results/{study}/claims.json",
    log:
        "logs/{study}/claims.log",
    conda:
        "../../environment.yml"
    resources:
        runtime=rule_resources.runtime(STUDY, "claims"),
        mem_mb=rule_resources.mem_mb(STUDY, "claims", workflow),
    params:
        text=front.text(STUDY, "claims"),
    shell:
        "vestige make {output.nc}"


rule report:
    """One page that shows the study: claims, figures, what was used, how to cite it."""
    input:
        **front.gathered_inputs(STUDY, "report"),
        code=front.code(STUDY, "report"),
    output:
        "results/{study}/report.html",
    log:
        "logs/{study}/report.log",
    conda:
        "../../environment.yml"
    resources:
        runtime=rule_resources.runtime(STUDY, "report"),
        mem_mb=rule_resources.mem_mb(STUDY, "report", workflow),
    params:
        text=front.text(STUDY, "report"),
    shell:
        "vestige make {output}"
