"""Finds what vendors of surveillance gear advertise, says who says it, and keeps the evidence."""

__version__ = "0.1.0"
