for kind in front.kinds():

    rule:
        """Draw one figure of a kind of results, from every one that it shows."""
        name:
            f"figures_{kind}"
        input:
            **front.gathered_inputs(STUDY, f"figures_{kind}"),
            code=front.code_of_each(STUDY, f"figures_{kind}"),
        output:
            png=report(
                "results/{study}/figures/{figure}.png",
                caption="../report/figure.rst",
                category=kind,
                labels=figure_labels.labels,
            ),
            pdf="results/{study}/figures/{figure}.pdf",
            csv="results/{study}/figures/{figure}.csv",
        log:
            "logs/{study}/figures/{figure}.log",
        wildcard_constraints:
            figure=front.only_names(front.figures(STUDY, kind)),
        conda:
            "../../environment.yml"
        resources:
            runtime=rule_resources.runtime(STUDY, f"figures_{kind}"),
            mem_mb=rule_resources.mem_mb(STUDY, f"figures_{kind}", workflow),
        params:
            text=front.text(STUDY, f"figures_{kind}"),
            caption=figure_labels.caption(STUDY, f"figures_{kind}"),
        shell:
            "vestige make {output.png}"
