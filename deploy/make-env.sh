#!/bin/sh
# Prints deploy/env.example with a fresh random value for each empty secret.
set -eu
while IFS= read -r line; do
  case "$line" in
    *SECRET_KEY= | *_SECRET= | *_PASSWORD=) echo "$line$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')" ;;
    *) echo "$line" ;;
  esac
done < "$(dirname "$0")/env.example"
