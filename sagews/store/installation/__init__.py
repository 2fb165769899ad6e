"""What the daemons of an installation say of themselves."""
