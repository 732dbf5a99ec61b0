# Sourced, not run. Fills ${NAME} in our own JSON files from the environment, which must hold plain words.

require() {
  for name in "$@"; do
    eval "value=\${$name:-}"
    case "$value" in
      '') echo "$name: is required and not set" >&2; exit 1 ;;
      *[!A-Za-z0-9._-]*) echo "$name: may hold only letters, digits, dot, dash and underscore" >&2; exit 1 ;;
    esac
  done
}

# What a value holds is not expanded again.
render() {
  eval "cat <<END_OF_TEMPLATE
$(cat "$1")
END_OF_TEMPLATE"
}
