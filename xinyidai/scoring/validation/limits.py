"""Limits of the checks, each with its source; a pack prints them and nothing else judges."""

# Numbers tried and looked at, where a caller asks for nothing else.
PAIRS = 2_000_000  # perturbations for monotonicity, with missing values present
REASON_ROWS = 2_000
WITHHELD_ROWS = 1_000
SUBSETS = 200  # random subsets besides all single ones and pairs
SCORED_ROWS = 2_000
SIMULATIONS = 1_000
RESAMPLES = 200

# Calibration: the band for the slope and the floor of the ECE limit.
SLOPE_BAND = (0.9, 1.1)
ECE_FLOOR = 0.02
FEWEST_BADS = 50  # below it an interval is so wide that it would meet anything
GRADE_TEST_LEVEL = 0.01  # for all grades together; divided by their number (Bonferroni)

# Discrimination: below it the score is of no use beside a bank's own judgement.
AUC_FLOOR = 0.60
SEGMENT_ROWS, SEGMENT_BADS = 300, 20  # fewer: 不评价
SEGMENT_GAP = 0.05  # AUC below the whole's by more than this, beyond chance, is a weak spot

# Grades: Herfindahl index and share of the largest grade, usual lines of grade-system reviews.
HHI_CEILING = 0.30
LARGEST_GRADE = 0.50
GRADE_ROWS = 50
MIGRATION_CEILING = 0.10  # share of rows that move two grades or more under small noise

# Drift: how much by the usual 0.1 and 0.25, whether at all by chi-squared and sample size.
PSI_FLOOR = 1e-4
PSI_ROWS = 100
PSI_SOME, PSI_MUCH = 0.10, 0.25
PSI_BINS = 10
RESEMBLANCE_CEILING = 0.60

# Robustness and stress.
NOISE_SHARE = 0.05  # of the middle half's width
NOISE_AUC_LOSS = 0.02
OVERFIT_GAP = 0.10  # AUC on the training rows above that on rows not seen
MACRO_STEP = 0.5  # standard deviations to the riskier side
STABLE_REASONS = 0.70  # mean overlap of reasons before and after 1 % noise
UNIT_STEP = 1.0  # decades by which the middle of present amounts moves: a wrong unit, 元 for 万元
OUT_OF_RANGE = 0.05
MISSING_STEP = 0.10  # rise of a column's missing share

# Fairness: the four-fifths rule, as a line that asks for an explanation and not as a verdict.
FOUR_FIFTHS = 0.80
GOOD_PD = 0.05  # a probability below it counts as a favourable outcome: grade BB or better
