"""The assistant: what it understands, says and does, and how the product asks it."""
