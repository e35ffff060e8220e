"""The margins that several claims share. None was chosen after a result: they come from the paper and the measures.

A margin serves both a claim of an effect (beyond it) and the claim of none (within it), so that no result can bear out
both. A claim of order alone ("worse than", "less than") has the bound 0: the paper says nothing of how much.
"""

ORDER = 0.0
ORDER_REASON = "the sentence is one of order alone: the bound is 0"

ACCURACY = 0.02
ACCURACY_REASON = (
    "two percentage points: the effects of selectivity on accuracy that the paper's predecessor reports as effects are "
    "of 1 to 2 points (Leavitt and Morcos 2020a, abstract), and curves nearer than that lie upon each other in figures "
    "6, 7 and 11"
)

NO_LOWER = "an improvement costs nothing, so there is no lower bound"

INDEX = 0.05
INDEX_REASON = (
    "a twentieth of the index's range from 0 to 1, about the least that can be seen on figure 2, whose axis ends at "
    "0.75, and far more than chance moves a mean over a module's units, or the largest of a few such means"
)

AREA = 0.05
AREA_REASON = (
    "a twentieth of the largest accuracy on the curve, averaged over the share of units ablated: curves that near lie "
    "'close to each other' (figure 3)"
)

SIMILARITY = 0.1
SIMILARITY_REASON = "a tenth of CKA's range from 0 to 1: 'high' and 'low' in figure 5 are further apart than that"

SPREAD = 0.1
SPREAD_REASON = (
    "a tenth of the count that an even spread gives: 5 of the 50 images that a class has in the paper's validation set"
)
