#!/usr/bin/env python
"""Django's commands. Settings come from the environment, or from the file `env` in INITIATE_HOME."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "initiate.settings")
    execute_from_command_line(sys.argv)
