"""`earwitness bench crash`: rooms are recorded while every piece is killed again and again; then all is compared."""
