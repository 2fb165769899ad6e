"""What a page's connection may say, when, and how often."""
