"""What a worksheet is, and how its Markdown file is read and written byte for byte."""
