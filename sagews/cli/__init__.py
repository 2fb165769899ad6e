"""The commands of `sagews`, one file each."""
