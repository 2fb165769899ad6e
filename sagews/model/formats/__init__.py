"""Worksheets as files of other programs, read and written without I/O; docs/formats.md is the long form."""
