"""Tests of set-up and supervision, on real processes."""
