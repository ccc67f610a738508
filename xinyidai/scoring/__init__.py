"""信用评分 (score): an advisory default risk with a grade and true reasons; the bank decides."""
