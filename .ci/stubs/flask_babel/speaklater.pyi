class LazyString(str):
    """Text looked up each time it is read; it has every method of str, and is taken wherever text is rendered."""
