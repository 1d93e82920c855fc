"""What makes kept bytes stand up in a dispute: custody chain, WACZ, timestamps, signature, case files, verification.

Knows no network (but for asking a timestamp authority), no rules, no database; `pipeline` hands it values.
"""
