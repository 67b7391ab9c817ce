"""What is worked out: pure functions of values, plus the engines that load a model."""
