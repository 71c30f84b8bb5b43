"""Data to text; canvas.py is the only file that touches plotext."""
