"""A neutral race: the same rules on the same files, in several public libraries and in Fundgate's engine.

`layout` and `rules` are the task as data, `generate` writes the files, each module in `engines` solves the
task in one library, `entry` runs one engine on one file. All engines must agree on the findings.
"""
