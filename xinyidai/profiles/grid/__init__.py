"""The grid, 指标网格: indicators of a whole city, computed column by column.

The formulas are not written again: `planning` takes the one Ibis expression apart, `evaluating`
runs its parts on NumPy columns, `filling` adds records to firm × measure cells, `finishing`
divides and rounds as `rules.finish` does, `store` keeps cells and results for the next delta.
"""
