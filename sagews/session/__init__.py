"""What runs inside the jail, and the zygote that it is forked from; no Twisted."""
