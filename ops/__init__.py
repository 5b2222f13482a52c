"""Commands for the days after the first deployment: `python -m ops ...`."""
