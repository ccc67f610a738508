"""Training, evaluation and model cards; imported by commands only, never by what serves requests.

The package needs scikit-learn; the score at run time does not.
"""
