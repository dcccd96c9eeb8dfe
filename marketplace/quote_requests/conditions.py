"""The answers to the health question: screening, never a gate."""

CONDITIONS = (
    "pregnancy",
    "breastfeeding",
    "infection",
    "allergy",
    "skin_condition",
    "blood_thinner",
    "unsure",
    "tell_clinic",
    "none",
)
# Those that lead to the page which says what they mean.
PAUSING = CONDITIONS[:6]
