"""`python -m scanner` is `noticescan`."""

from .cli import main

main()
