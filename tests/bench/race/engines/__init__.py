"""One module per engine: `parse(path)`, `validate(data)`, and `canonical(data, findings)` for the hash.

`canonical` yields (rule, row, field, value); `row` counts from 0 below the header. What happens in `parse`
and `validate` is measured, `canonical` is not.
"""
