"""The databases that scripts may read beside this one: how they are reached, kept, tested and guarded."""
