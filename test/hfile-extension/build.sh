#!/usr/bin/env bash
# The stand-in of the HFiles extension as a jar, compiled against the Warp 10 that WARP10_JARS names.
#
#   WARP10_JARS=... test/hfile-extension/build.sh OUT.jar
#
# WARP10_JARS: as for scripts/warp10.sh, the official release's tar.gz, the jar in its bin/, or a folder of jars.
# A JDK of 8 or later is needed.
set -euo pipefail

OUT=${1:?usage: WARP10_JARS=... build.sh OUT.jar}
HERE=$(dirname "$(realpath "$0")")
[ -n "${WARP10_JARS:-}" ] || { echo "WARP10_JARS is not set: name the official release, its jar, or a folder of jars" >&2; exit 1; }
[ -e "$WARP10_JARS" ] || { echo "WARP10_JARS: there is no $WARP10_JARS" >&2; exit 1; }
command -v javac >/dev/null || { echo "javac is missing (Debian: apt-get install openjdk-17-jdk-headless)" >&2; exit 1; }

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
mkdir "$WORK/classes"
case $WARP10_JARS in
*.tar.gz | *.tgz)
  mkdir "$WORK/lib"
  tar -xzf "$WARP10_JARS" -C "$WORK/lib" --strip-components=2 --wildcards '*/bin/warp10-*.jar'
  LIB="$WORK/lib/*"
  ;;
*.jar) LIB=$WARP10_JARS ;;
*) LIB="$WARP10_JARS/*" ;;
esac
find "$HERE/src" -name '*.java' >"$WORK/sources"
javac -Xlint:all,-classfile,-path,-processing --release 8 -cp "$LIB" -d "$WORK/classes" "@$WORK/sources"
jar cf "$OUT" -C "$WORK/classes" .
echo "$OUT"
