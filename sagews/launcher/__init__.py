"""The one process with host root: leases ids, opens homes, starts zygotes, signals."""
