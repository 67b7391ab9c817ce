"""What breaks the policy: captions and a policy in, findings for people to look at out; nothing is decided here."""
