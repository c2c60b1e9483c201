"""The audit trail as people read it. What is written into it, and when, is the gate's business (``http/audit.py``)."""
