"""Objections, 异议: a firm says that something is wrong; marked at once, answered by the source."""
