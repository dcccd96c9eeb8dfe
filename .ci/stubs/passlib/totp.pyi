class TotpMatch:
    counter: int
