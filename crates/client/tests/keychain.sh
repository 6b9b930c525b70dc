#!/bin/sh
# Runs the keychain port against the real Secret Service: unlocked, locked, absent. Needs dbus and gnome-keyring.
# A data folder of its own keeps it away from anybody's keyring.
set -eu
test_binary=$(cargo test -p haoban-client --lib --no-run --message-format=json 2>/dev/null |
  sed -n 's/.*"executable":"\([^"]*haoban_client[^"]*\)".*/\1/p' | tail -1)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export XDG_DATA_HOME="$folder/data" XDG_RUNTIME_DIR="$folder/run" GNOME_KEYRING_CONTROL=
mkdir -m 700 -p "$folder/data" "$folder/run"
run="$test_binary --exact vault::tests::the_real_secret_service --nocapture"

echo "ready:"
dbus-run-session -- sh -c "printf '\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null; HAOBAN_TEST_KEYCHAIN=ready $run"
echo "locked:"
dbus-run-session -- sh -c "gnome-keyring-daemon --start --components=secrets >/dev/null; HAOBAN_TEST_KEYCHAIN=locked $run"
echo "absent:"
env DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent HAOBAN_TEST_KEYCHAIN=absent $run
