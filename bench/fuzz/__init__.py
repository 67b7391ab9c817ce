"""`earwitness bench fuzz`: broken and malicious chunks through door and topic, beside a speaker who is whole."""
