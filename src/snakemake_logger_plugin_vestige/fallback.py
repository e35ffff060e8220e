"""A logger plugin that does nothing: Snakemake then prints its own lines."""

from dataclasses import dataclass

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.settings import LogHandlerSettingsBase


@dataclass
class LogHandlerSettings(LogHandlerSettingsBase):
    """No options."""


class LogHandler(LogHandlerBase):
    """Hears everything, and says nothing."""

    writes_to_stream = writes_to_file = has_filter = has_formatter = needs_rulegraph = False

    def emit(self, record) -> None:
        """Nothing."""
