"""The public comprehensive credit evaluation, 公共信用综合评价: five dimensions, A to D."""
