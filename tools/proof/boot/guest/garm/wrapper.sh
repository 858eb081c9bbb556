#!/bin/bash
# What GARM injects as runner_install_template, in its manner: bash and curl, traced, with the token in a variable.
set -ex
set -o pipefail
METADATA_URL="{{ .MetadataURL }}"
BEARER_TOKEN="{{ .CallbackToken }}"
curl --header "Authorization: Bearer $BEARER_TOKEN" --retry 5 --retry-delay 5 --retry-connrefused --fail "$METADATA_URL/install-script/" --output /tmp/real-install.sh
chmod +x /tmp/real-install.sh
/tmp/real-install.sh
rm -f /tmp/real-install.sh
