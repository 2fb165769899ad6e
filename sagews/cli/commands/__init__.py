"""The commands of `sagews`, one file each; main.COMMANDS has them in the order in which help shows them."""
