"""The bounded HTTP server: requests are admitted, routed, parsed and answered here."""
