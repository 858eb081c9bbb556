#!/bin/bash
# Stands for the runner's config.sh: registers at the address it is given, with the token of the environment.
set -euo pipefail
if [ "$(id -u)" = 0 ]; then
	echo 'Must not run with sudo' >&2
	exit 1
fi
[ "$1" != remove ] || exit 0
url=
for ((n = 1; n < $#; n++)); do
	if [ "${!n}" = --url ]; then
		next=$((n + 1))
		url=${!next}
	fi
done
printf '%s\0' "$@" | curl --silent --show-error --fail --data-binary @- --header "X-Registration-Token: $ACTIONS_RUNNER_INPUT_TOKEN" "$url/register"
printf '{"agentId": 42, "gitHubUrl": "%s"}\n' "$url" >.runner
