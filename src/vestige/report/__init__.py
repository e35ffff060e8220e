"""The report: one page that shows a study's claims, figures and provenance."""
