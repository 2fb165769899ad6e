"""The Linux kernel as the launcher and the jail need it: thin, typed wrappers, standard library only."""
