"""Privacy notices: a document in, what it says out; claims and notices in, verdicts out. Pure: no network, no HTML.

Nothing here knows how claims are found. Text is brought to the form of `patterns/` by a function that the caller
passes in
(`rules.Normalise`), so that words of a notice and words of a claim are compared alike.
"""
