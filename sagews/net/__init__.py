"""What every daemon needs to speak to another: the AMP link, redialling, work that nobody waits for."""
