"""The words of the field as data: no behaviour beyond what keeps a value valid. Standard library only."""
