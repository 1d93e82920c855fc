"""Bytes in, `Document` out: decoding, HTML to blocks, reasons for not reading. Knows no rule and no network."""
