"""Sets Sapa up and runs it: environments, embedded services, one supervisor.

`python3 -m launch` works with nothing installed; what needs the app environment is
imported only once that is there. No other part of the product imports this one.
"""
