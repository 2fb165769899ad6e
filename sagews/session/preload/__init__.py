"""What a zygote loads before it forks, and how a child starts with little memory of its own."""
