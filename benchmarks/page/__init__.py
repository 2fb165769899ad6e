"""How fast the page is, measured in Chromium: cold starts, a long sheet, and each key press in it."""
