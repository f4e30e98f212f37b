"""Tests; a package, so that tests may share tests.databases, tests.servers and the generators."""
