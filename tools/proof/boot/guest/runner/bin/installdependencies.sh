#!/bin/bash
# Stands for the runner's installdependencies.sh: like it, it refuses everybody but root.
set -euo pipefail
if [ "$(id -u)" != 0 ]; then
	echo 'Need to run with sudo privilege' >&2
	exit 1
fi
printf 'root for %s\n' "${SUDO_USER:-nobody}" >dependencies
