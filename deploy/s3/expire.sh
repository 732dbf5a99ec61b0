#!/bin/sh
# Deletes what a bucket's lifecycle rules say has expired, every EXPIRE_EVERY_S; `expire.sh once` does it once.
# `weed server` keeps the rules but runs them only when it is asked to.
set -u
master=${EXPIRE_MASTER:-127.0.0.1:9333}
s3=${EXPIRE_S3_GRPC:-127.0.0.1:18333}

expire() {
  echo "s3.lifecycle.run-shard -shards 0-15 -s3 $s3 -runtime ${EXPIRE_RUNTIME:-5m}" | weed shell -master="$master"
}

if [ "${1:-}" = once ]; then
  expire
  exit
fi
while sleep "${EXPIRE_EVERY_S:-21600}"; do
  expire || echo "the cache could not be expired; the next round tries again" >&2
done
