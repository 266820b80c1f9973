"""Abnormal consumption found by stated rules, on whole hours, looking only backwards. No database.

`profile.learn` reads the past of a meter and sets its limits; `judge.judge` applies the rules.
"""
