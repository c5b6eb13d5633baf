"""The workbook parser: a program of its own, in whose process it may crash, hang or fill the memory.

It needs nothing of the project. Requests come as lines of JSON on standard input, answers leave as such lines
on standard output, some followed by the bytes they announce. See ingestion/pipeline/readers/box.py for the
other end.
"""
