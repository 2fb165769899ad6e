"""Git repositories as jobs read and write them: objects, bundles, names that may be saved."""
