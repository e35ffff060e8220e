rule images:
    """Decode the study's images, split them, and say what they are: counts, normalisation, class names, digests."""
    input:
        code=front.code(STUDY, "images"),
    output:
        "results/{study}/images.nc",
    log:
        "logs/{study}/images.log",
    conda:
        "../../environment.yml"
    threads: 8
    resources:
        runtime=rule_resources.runtime(STUDY, "images"),
        mem_mb=rule_resources.mem_mb(STUDY, "images", workflow),
    params:
        text=front.text(STUDY, "images"),
    shell:
        "vestige make {output}"
