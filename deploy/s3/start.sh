#!/bin/sh
# Starts SeaweedFS with one identity per Compose service. Their secrets come from the environment into a file
# in a tmpfs that only this user can read; nothing but the S3 ports listens beyond loopback. More options of
# `weed server` may follow and win.
set -eu
here=$(dirname "$0")
. "$here/render.sh"

require S3_CACHE_BUCKET S3_ARCHIVE_BUCKET S3_MEDIA_BUCKET
for service in PREPARE WEB WORKER_INTERACTIVE WORKER_BACKGROUND SWEEPER; do
  require "S3_${service}_ACCESS_KEY" "S3_${service}_SECRET_KEY"
done

quoted() { render "$here/$1.policy.json" | tr -d '\n' | sed 's/"/\\"/g'; }
WEB_POLICY=$(quoted web)
WORKER_POLICY=$(quoted worker)
SWEEPER_POLICY=$(quoted sweeper)

umask 077
identities=${S3_RUNTIME_DIR:-/run/s3}/identities.json
render "$here/identities.json" > "$identities"
unset S3_PREPARE_SECRET_KEY S3_WEB_SECRET_KEY S3_SWEEPER_SECRET_KEY
unset S3_WORKER_INTERACTIVE_SECRET_KEY S3_WORKER_BACKGROUND_SECRET_KEY

sh "$here/expire.sh" &
exec weed -logtostderr=true server -dir="${S3_DATA_DIR:-/data}" \
  -ip=127.0.0.1 -ip.bind=127.0.0.1 -master.telemetry=false -master.volumeSizeLimitMB=256 \
  -volume.max=0 -volume.preStopSeconds=1 -filer.exposeDirectoryData=false \
  -s3 -s3.ip.bind=0.0.0.0 -s3.config="$identities" -s3.iam=false -s3.allowDeleteBucketNotEmpty=false \
  -s3.autoCreateBucket=false -s3.port.iceberg=0 -s3.port.lance=0 "$@"
