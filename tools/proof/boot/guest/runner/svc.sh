#!/bin/bash
# Stands for the runner's svc.sh: makes and enables the service of the user it is given.
set -euo pipefail
if [ "$(id -u)" != 0 ]; then
	echo 'Must run as sudo' >&2
	exit 1
fi
[ "$1" = install ] || exit 1
service=actions.runner.example-org-example-repo.$HOSTNAME.service
unit=/etc/systemd/system/$service
printf '[Service]\nExecStart=%s/runsvc.sh\nUser=%s\nWorkingDirectory=%s\n[Install]\nWantedBy=multi-user.target\n' "$PWD" "$2" "$PWD" >"$unit"
printf '%s\n' "$service" >.service
cp bin/runsvc.sh .
chown "$2:" runsvc.sh .service
chmod 664 "$unit"
chmod 755 runsvc.sh
systemctl daemon-reload
systemctl enable "$service"
