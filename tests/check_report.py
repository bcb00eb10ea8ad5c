"""What the checks of a release print: a line for each check, the first problems of one that failed, and the totals."""

import sys

MOST_PROBLEMS = 5


class Report:
    """Checks that passed and failed. `prefix` stands before the name of each check."""

    def __init__(self):
        self.passed = self.failed = 0
        self.prefix = ""

    def add(self, name, problems):
        problems = list(problems)
        self.failed += bool(problems)
        self.passed += not problems
        print(f"{'FAIL' if problems else 'ok  '} {self.prefix}{name}")
        for problem in problems[:MOST_PROBLEMS]:
            print(f"     {problem}")
        if len(problems) > MOST_PROBLEMS:
            print(f"     and {len(problems) - MOST_PROBLEMS} more")

    def end(self):
        """Prints the totals and ends the program; the exit code is 1 when any check failed."""
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(self.failed > 0)
