#!/bin/sh
# Runs COMMAND… beside a real Apache Kafka and Elasticsearch with fresh data on free ports, and stops both after it.
# The command finds them in EARWITNESS_TEST_KAFKA (host:port) and EARWITNESS_TEST_ELASTICSEARCH (URL).
# Exit status: the command's own; 3 and one line "missing: …" where Maven or a fitting JDK is not there.
exec "${PYTHON:-python3}" "$(dirname "$0")/services.py" with "$@"
