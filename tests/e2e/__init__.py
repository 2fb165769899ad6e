"""The whole product, as people start and use it."""
