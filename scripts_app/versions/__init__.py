"""The texts that scripts had: kept, compared, and brought back."""
