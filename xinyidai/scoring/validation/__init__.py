"""Validation of a model (模型验证): checks with limits, a report beside the artefact, a pack."""
