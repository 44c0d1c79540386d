"""Every test of the product, in folders named as the parts they test."""
