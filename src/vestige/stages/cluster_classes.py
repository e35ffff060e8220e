"""Whether clusters of units carry preferred classes: how far both partitions of a layer agree, against chance."""

DRAWS = 1000  # random relabellings behind a deviation; they are those of generator("relabelled classes", epoch, ...)


def cluster_classes(settings, clustering, selectivity, note):
    """(epoch, measure, layer) agreement of the clusters with the partition by preferred class, a Dataset.

    Units that are dead, or silent and so without a preferred class, are left out. Beside it, for the figure of both,
    the modularity of the clusters and the layer's mean selectivity.
    """
    from vestige.stages.class_clusters import compare_all

    return compare_all(clustering, selectivity, DRAWS, note)
