#!/usr/bin/env bash
# A real standalone Warp 10 (LevelDB) on loopback, without containers: what test:real runs on where its program is at hand.
#
#   scripts/warp10.sh up    [DIR]        start what does not run, wait until it answers
#   scripts/warp10.sh fence MS [DIR]     restart with a write fence: points older than MS ms are refused; "off": without
#   scripts/warp10.sh env   [DIR]        print the variables that the tests read: eval "$(scripts/warp10.sh env)"
#   scripts/warp10.sh down  [DIR]        end it; the data stay
#   scripts/warp10.sh wipe  [DIR]        down, then remove DIR
#
# WARP10_JARS says where the program is: the official release's warp10-VERSION.tar.gz, the jar in its bin/, or a folder of
# jars. It is read at the first start of DIR, like WARP10_UNIT (ms, us or ns; us) and WARP10_PORT (17880, or the next free).
# WARP10_HFILES, also read at the first start: the jar of test/hfile-extension, loaded as the HFiles extension;
# WARP10_HFILES_CHUNK_MS: how long each chunk of its dumps takes.
# DIR defaults to $WARP10_DIR or /tmp/warp10. Java 8 or later is needed; WARP10_HEAP (1g) is its largest heap.
#
# It is configured as the recorded conversations in test/conformance/warp10 need it: absent labels selectable, attributes
# parsed, activity kept to the millisecond, deletes by activity and of metadata allowed, script limits lifted, sessions and
# tokens scriptable. One token is made, an administrator's: whoever holds it mints the others (TOKENGEN).
set -euo pipefail

VERB=${1:-help}
FENCE=
if [ "$VERB" = fence ]; then
  FENCE=${2:-}
  shift
fi
DIR=$(realpath -m "${2:-${WARP10_DIR:-/tmp/warp10}}")
CONF=$DIR/conf
# Only a directory that holds this is ever emptied.
MARK=$DIR/.made-by-warp10.sh

say() { echo "warp10: $*" >&2; }
die() {
  say "$*"
  exit 1
}
random_hex() { od -An -v -tx1 -N "$1" /dev/urandom | tr -d ' \n'; }
endpoint() { echo "http://127.0.0.1:$(cat "$DIR/port")"; }

# An extension lies apart from the program, so that a folder of jars stays as it was given.
place_hfiles() {
  [ -n "${WARP10_HFILES:-}" ] || return 0
  [ -f "$WARP10_HFILES" ] || die "WARP10_HFILES: there is no $WARP10_HFILES (test/hfile-extension/build.sh makes it)"
  mkdir -p "$DIR"/{ext,hfiles}
  cp "$WARP10_HFILES" "$DIR/ext/hfiles.jar"
}

# The process is ours only while its command line names our own configuration.
pid_of() {
  local pid
  [ -s "$DIR/pid" ] || return 0
  pid=$(tr -dc 0-9 <"$DIR/pid")
  if [ -n "$pid" ] && tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF -- "$CONF/server.conf"; then
    echo "$pid"
  fi
}

free_port() { # FIRST: the first port from there on that nobody listens on
  local port=$1
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
  echo "$port"
}

place_jars() {
  [ -n "${WARP10_JARS:-}" ] || die "WARP10_JARS is not set: name the official release, its jar, or a folder of jars"
  [ -e "$WARP10_JARS" ] || die "WARP10_JARS: there is no $WARP10_JARS"
  mkdir -p "$DIR/lib"
  case $WARP10_JARS in
  *.tar.gz | *.tgz) tar -xzf "$WARP10_JARS" -C "$DIR/lib" --strip-components=2 --wildcards '*/bin/warp10-*.jar' ;;
  *.jar) ln -sf "$(realpath "$WARP10_JARS")" "$DIR/lib/" ;;
  *) ln -sf "$(realpath "$WARP10_JARS")"/*.jar "$DIR/lib/" ;;
  esac
  compgen -G "$DIR/lib/*.jar" >/dev/null || die "WARP10_JARS: no jar in $WARP10_JARS"
}

write_secrets() {
  local key
  for key in warp.hash.class warp.hash.labels warp.hash.token warp.hash.app; do
    echo "$key = hex:$(random_hex 16)"
  done
  for key in warp.aes.token warp.aes.scripts warp.aes.metasets; do
    echo "$key = hex:$(random_hex 32)"
  done
}

write_settings() {
  local name
  cat <<SETTINGS
backend = leveldb
leveldb.home = $DIR/data
leveldb.create.if.missing = true
leveldb.native.disable = false
leveldb.compression.type = SNAPPY
leveldb.cache.size = 100000000
leveldb.data.syncrate = 0.0
leveldb.directory.syncrate = 0.0
standalone.home = $DIR
standalone.host = 127.0.0.1
standalone.port = $(cat "$DIR/port")
standalone.max.encoder.size = 100000
standalone.idle.timeout = 30000
warp.timeunits = $(cat "$DIR/unit")
warp.token.file = $CONF/tokens
warp10.telemetry = false
warp10.absent.label.support = true
labelsid.slowimpl = true
ingress.parse.attributes = true
ingress.activity.update = true
ingress.activity.meta = true
ingress.activity.window = 1
ingress.delete.metaonly.support = true
ingress.delete.activity.support = true
ingress.websocket.maxmessagesize = 1048576
plasma.frontend.websocket.maxmessagesize = 1048576
runner.runatstartup = false
warpscript.extension.stackps = io.warp10.script.ext.stackps.StackPSWarpScriptExtension
warpscript.extension.shm = io.warp10.script.ext.shm.SharedMemoryWarpScriptExtension
warpscript.extension.token = io.warp10.script.ext.token.TokenWarpScriptExtension
SETTINGS
  for name in update meta delete; do echo "warpscript.$name.endpoint = $(endpoint)/api/v0/$name"; done
  if [ -n "${WARP10_HFILES:-}" ]; then
    echo "warpscript.extension.hfiles = io.cellarman.hfiles.HfilesExtension"
    echo "hfdump.dir = $DIR/hfiles"
    echo "hfstandin.chunk.ms = ${WARP10_HFILES_CHUNK_MS:-0}"
  fi
  # Soft and hard limit alike.
  set -- maxops 1000000000000 maxfetch 1000000000000 maxgts 1000000000 maxloop 86400000 maxdepth 10000 \
    maxsymbols 1024 maxjson 1073741824
  while [ $# -gt 0 ]; do
    printf 'warpscript.%s = %s\nwarpscript.%s.hard = %s\n' "$1" "$2" "$1" "$2"
    shift 2
  done
}

# A token of a file bears the name that the file gives it, and never expires.
write_admin() {
  cat <<ADMIN
token.spec = { 'id' '$(cat "$DIR/admin")' 'type' 'READ' 'application' 'admin' 'issuance' 0 'ttl' 1000000000000 'owner' 'aaaaaaaa-0000-4000-8000-00000000000a' 'owners' [] 'producers' [] 'applications' [] 'attributes' { '.expose' 'true' '.cap:tokengen' '' '.cap:manager' '' '.cap:limits' '' '.cap:stackps' '' '.cap:tokeninfo.attr' '' '.cap:leveldb.admin' '' } }
ADMIN
}

# Tokens are read a moment after the port opens, so the answer must be one to a token.
answers() {
  local nothing='selector=~none%7B%7D&now=1&timespan=1'
  [ "$(curl -s -o "$DIR/answer" -m 5 -w '%{http_code}' -H "X-Warp10-Token: $(cat "$DIR/admin")" \
    "$(endpoint)/api/v0/fetch?$nothing")" = 200 ]
}

prepare() {
  local unit=${WARP10_UNIT:-us}
  case $unit in ms | us | ns) ;; *) die "WARP10_UNIT: $unit is none of ms, us, ns" ;; esac
  # Signs that a value of the configuration cannot hold.
  case $DIR in *[[:space:]%=,\$]*) die "no blanks and none of %=,\$ in DIR, please: $DIR" ;; esac
  # Either nothing, or what an interrupted first start left behind.
  [ ! -e "$MARK" ] || wipe
  [ ! -e "$DIR" ] || [ -z "$(ls -A "$DIR")" ] || die "$DIR is not empty, and not ours"
  mkdir -p "$DIR"/{conf,data,tmp}
  touch "$MARK"
  chmod 700 "$DIR"
  place_jars
  place_hfiles
  echo "$unit" >"$DIR/unit"
  free_port "${WARP10_PORT:-17880}" >"$DIR/port"
  echo "admin.$(random_hex 16)" >"$DIR/admin"
  write_secrets >"$CONF/secrets.conf"
  write_settings >"$CONF/server.conf"
  write_admin >"$CONF/tokens"
  : >"$CONF/fence.conf"
  cat >"$CONF/log4j.properties" <<'LOG'
log4j.rootLogger = WARN, out
log4j.logger.warpscript.events = OFF
log4j.appender.out = org.apache.log4j.ConsoleAppender
log4j.appender.out.layout = org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern = %d %p %c - %m%n
LOG
  touch "$DIR/ready"
}

launch() {
  local opened=() version
  version=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')
  if [ "${version:-8}" -ge 9 ]; then
    opened=(--add-exports java.desktop/com.sun.imageio.plugins.png=ALL-UNNAMED
      --add-exports java.base/sun.net.www.protocol.file=ALL-UNNAMED)
  fi
  # Native LevelDB unpacks its library there at each start, and leaves it behind.
  rm -rf "$DIR/tmp"
  mkdir -p "$DIR/tmp"
  (
    cd "$DIR"
    exec setsid java "-Xmx${WARP10_HEAP:-1g}" "${opened[@]}" -Dfile.encoding=UTF-8 -Djava.awt.headless=true \
      "-Djava.io.tmpdir=$DIR/tmp" -Dsensision.server.port=0 "-Dlog4j.configuration=file:$CONF/log4j.properties" \
      -cp "$DIR/ext/*:$DIR/lib/*" io.warp10.standalone.Warp "$CONF/secrets.conf" "$CONF/server.conf" "$CONF/fence.conf" \
      </dev/null >>"$DIR/log" 2>&1
  ) &
  echo $! >"$DIR/pid"
}

up() {
  local began=$SECONDS
  command -v java >/dev/null || die "java is missing (Debian: apt-get install openjdk-17-jre-headless)"
  command -v curl >/dev/null || die "curl is missing (Debian: apt-get install curl)"
  [ -e "$DIR/ready" ] || prepare
  [ -n "$(pid_of)" ] || launch
  until answers; do
    [ -n "$(pid_of)" ] || [ $((SECONDS - began)) -lt 2 ] || die "it ended: $(tail -n 5 "$DIR/log")"
    [ $((SECONDS - began)) -lt 60 ] || die "no answer in time; log in $DIR/log"
    sleep 0.2
  done
  say "it answers at $(endpoint) after $((SECONDS - began)) s, time unit $(cat "$DIR/unit")"
}

down() {
  local pid
  pid=$(pid_of)
  [ -n "$pid" ] || return 0
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 300); do
    [ -n "$(pid_of)" ] || return 0
    sleep 0.1
  done
  say "pid $pid did not leave within 30 s: killed"
  kill -9 "$pid" 2>/dev/null || true
}

fence() {
  [ -e "$DIR/ready" ] || die "no Warp 10 under $DIR: run '$0 up' first"
  case $FENCE in
  off) : >"$CONF/fence.conf" ;;
  *[!0-9]* | '') die "fence: milliseconds or off, not '$FENCE'" ;;
  *) echo "ingress.maxpast.override = $FENCE" >"$CONF/fence.conf" ;;
  esac
  down
  up
}

wipe() {
  [ -e "$MARK" ] || die "no Warp 10 under $DIR"
  down
  rm -rf "$DIR"
}

print_env() {
  [ -e "$DIR/ready" ] || die "no Warp 10 under $DIR: run '$0 up' first"
  echo "export WARP10_URL=$(endpoint) WARP10_ADMIN_TOKEN=$(cat "$DIR/admin") WARP10_DIR=$DIR"
}

case $VERB in
up) up ;;
fence) fence ;;
env) print_env ;;
down) down ;;
wipe) wipe ;;
*) awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0" ;;
esac
