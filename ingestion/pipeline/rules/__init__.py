"""Rules: what one is (`rule`), what checks see (`frame`), the kinds of checks (one module per family)."""
