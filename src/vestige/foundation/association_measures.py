"""The names of the measures of association between units (Lange et al. 2022, 3.1)."""

UPSTREAM = ("covariance", "input_gradient")  # what units respond to
DOWNSTREAM = ("output_gradient", "output_hessian")  # what they are for
PLAIN = (*UPSTREAM, *DOWNSTREAM)
NORMALISED = "_normalised"  # behind the name of a measure that is divided by the units' own
MEASURES = (*PLAIN, *(f"{name}{NORMALISED}" for name in PLAIN))
