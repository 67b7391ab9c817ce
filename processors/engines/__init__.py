"""The engines that turn speech into words, all behind the Protocol `Engine` of `base.py`."""
