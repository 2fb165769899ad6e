"""The launcher as the worker sees it."""
