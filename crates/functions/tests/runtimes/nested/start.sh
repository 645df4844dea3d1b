#!/bin/sh
# Started by a relative path; the working directory is the one above.
exec python3 runtime.py
