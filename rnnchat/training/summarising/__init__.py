"""Fitting what summaries and titles are chosen with: offline, on collections that may be shipped."""
