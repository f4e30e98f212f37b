"""Reading paper: each module of ocr by itself, and pages from end to end."""
