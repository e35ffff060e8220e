"""The names of the measures of association between units (Lange et al. 2022, 3.1)."""

PLAIN = ("covariance", "input_gradient", "output_gradient", "output_hessian")
NORMALISED = "_normalised"
MEASURES = (*PLAIN, *(f"{name}{NORMALISED}" for name in PLAIN))
