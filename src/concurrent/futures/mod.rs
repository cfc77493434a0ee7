//! Thread pools whose `submit` returns a handle (PEP 3148).
