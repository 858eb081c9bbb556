#!/bin/bash
# What GARM serves at install-script/: it asks the same addresses and tells the same statuses as GARM's own, traced too.
set -ex
set -o pipefail
CALLBACK_URL="{{ .CallbackURL }}"
METADATA_URL="{{ .MetadataURL }}"
BEARER_TOKEN="{{ .CallbackToken }}"
RUNNER_HOME=/home/runner/actions-runner

ask() {
	curl --silent --fail --retry 5 --retry-delay 5 --retry-connrefused \
		--header 'Accept: application/json' --header "Authorization: Bearer $BEARER_TOKEN" "$@"
}

tell() {
	ask --request POST --data "{\"status\": \"$1\", \"message\": \"$2\"}" "$CALLBACK_URL/status"
}

fail() {
	tell failed "$1"
	exit 1
}

AGENT_MODE=$(ask "$METADATA_URL/runner-metadata" | jq -r '.agent_mode // empty')
[ "$AGENT_MODE" != true ] || fail 'this proof has no agent'

tell installing 'downloading tools from {{ .DownloadURL }}'
curl --silent --retry 5 --fail --location --output '/home/runner/{{ .FileName }}' '{{ .DownloadURL }}' || fail 'failed to download tools'
mkdir -p "$RUNNER_HOME"
tell installing 'extracting runner'
tar xf '/home/runner/{{ .FileName }}' -C "$RUNNER_HOME" || fail 'failed to extract runner'
cd "$RUNNER_HOME"
tell installing 'installing dependencies'
sudo ./bin/installdependencies.sh || fail 'failed to install dependencies'

tell installing 'configuring runner'
tell installing 'downloading JIT credentials'
for name in runner credentials credentials_rsaparams; do
	ask --output ".$name" "$METADATA_URL/credentials/$name" || fail "failed to get $name"
done
ask --output .service "$METADATA_URL/system/service-name" || fail 'failed to get the service name'
sed -i 's/$/.service/' .service
SERVICE=$(cat .service)

tell installing 'generating systemd unit file'
ask --output "$SERVICE" "$METADATA_URL/systemd/unit-file?runAsUser=runner" || fail 'failed to get the unit file'
sudo mv "$SERVICE" /etc/systemd/system/
sudo chown root:root "/etc/systemd/system/$SERVICE"
tell installing 'enabling runner service'
cp bin/runsvc.sh .
sudo systemctl daemon-reload
sudo systemctl enable "$SERVICE"
sudo systemctl start "$SERVICE" || fail 'failed to start service'
. /etc/os-release
ask --request POST --data "{\"os_name\": \"$NAME\", \"os_version\": \"$VERSION_ID\", \"agent_id\": null}" "$CALLBACK_URL/system-info/"
tell idle 'runner successfully installed'
