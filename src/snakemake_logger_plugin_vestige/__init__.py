"""Lets Snakemake print one line for each finished job. It finds logger plugins by the names of their packages."""

import sys

try:
    from vestige.commands.progress import Progress
    from vestige.engines import snakemake_logger
except Exception as error:  # of a Snakemake that lacks what is needed: a run goes on with Snakemake's own lines
    print(f"vestige: Snakemake prints its own lines, since the plugin cannot be loaded: {error!r}", file=sys.stderr)
    from snakemake_logger_plugin_vestige.fallback import LogHandler, LogHandlerSettings  # noqa: F401
else:
    from vestige.engines.snakemake_logger import LogHandlerSettings  # noqa: F401

    class LogHandler(snakemake_logger.LogHandler):
        """Prints what `Progress` tells of a run."""

        listens = Progress
