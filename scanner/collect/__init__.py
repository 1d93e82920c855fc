"""URL in, captures out. Knows no rule.

frontier decides which URL comes next, guard which address may be contacted, fetch speaks HTTP, archive keeps.
"""
