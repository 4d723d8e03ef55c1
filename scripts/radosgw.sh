#!/usr/bin/env bash
# A real Ceph object gateway (S3) on loopback, from Debian packages, without containers: what test:real runs on.
#
#   scripts/radosgw.sh up   [DIR]   install what is missing, start what is not running, wait until S3 answers
#   scripts/radosgw.sh env  [DIR]   print the variables that the tests read: eval "$(scripts/radosgw.sh env)"
#   scripts/radosgw.sh down [DIR]   end the processes started under DIR; the data stay
#   scripts/radosgw.sh wipe [DIR]   down, then remove DIR
#
# DIR defaults to $RADOSGW_DIR or /tmp/radosgw; $RADOSGW_PORT (17480) and $RADOSGW_BYTES (10 GiB, a sparse file)
# are read at the first start of DIR. Debian 12 brings Ceph 16.2 "Pacific", Debian 13 brings 18.2 "Reef".
# Root is needed to install the packages only. One monitor, one OSD, one gateway; no manager: S3 needs none.
# A deleted object's space comes back after 30 s (Ceph's own default: 2 h), so that what a garbage collection
# destroys shows within a test. A full store hangs writes and answers no error: keep it well above the data.
set -euo pipefail

VERB=${1:-help}
DIR=$(realpath -m "${2:-${RADOSGW_DIR:-/tmp/radosgw}}")
CONF=$DIR/ceph.conf
# Only a directory that holds this is ever emptied: /etc/ceph has a ceph.conf, too.
MARK=$DIR/.made-by-radosgw.sh
USER_KEY=cellarman-real USER_SECRET=cellarman-real-secret-0123456789
READER_KEY=cellarman-reader READER_SECRET=cellarman-reader-secret-0123456789

say() { echo "radosgw: $*" >&2; }
die() {
  say "$*"
  exit 1
}

install_packages() {
  local program missing=
  for program in ceph-mon ceph-osd ceph radosgw radosgw-admin monmaptool ceph-authtool curl; do
    command -v "$program" >/dev/null || missing="$missing $program"
  done
  [ -n "$missing" ] || return 0
  [ "$(id -u)" = 0 ] || die "missing:$missing. As root: apt-get install ceph-mon ceph-osd ceph-common radosgw curl"
  say "installing ceph-mon ceph-osd ceph-common radosgw curl"
  # The packages' own services are not wanted; a policy-rc.d that is there already is left as it is.
  local policy=/usr/sbin/policy-rc.d ours=0
  if [ ! -e $policy ]; then
    ours=1
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod +x $policy
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update >&2
  apt-get -qq install -y --no-install-recommends ceph-mon ceph-osd ceph-common radosgw curl >&2
  [ $ours = 0 ] || rm -f $policy
}

# A process is ours only while its command line names our own ceph.conf.
pid_of() {
  local pid
  [ -s "$DIR/run/$1.pid" ] || return 0
  pid=$(tr -dc 0-9 <"$DIR/run/$1.pid")
  if [ -n "$pid" ] && tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF -- "$CONF"; then
    echo "$pid"
  fi
}

start() { # NAME PROGRAM ARGS...: starts a daemon unless it runs
  local name=$1
  shift
  [ -z "$(pid_of "$name")" ] || return 0
  rm -f "$DIR/run/$name.pid"
  "$@" -c "$CONF" --pid-file "$DIR/run/$name.pid" >>"$DIR/log/start.log" 2>&1 ||
    die "$name did not start: $(tail -n 3 "$DIR/log/start.log")"
}

stop() { # NAME
  local pid
  pid=$(pid_of "$1")
  [ -n "$pid" ] || return 0
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 150); do
    [ -n "$(pid_of "$1")" ] || return 0
    sleep 0.1
  done
  say "$1 (pid $pid) did not leave within 15 s: killed"
  kill -9 "$pid" 2>/dev/null || true
}

wait_for() { # SECONDS WHAT COMMAND...
  local until=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $until ] || die "no $what in time; logs in $DIR/log"
    sleep 0.2
  done
}

ceph_() { timeout 60 ceph -c "$CONF" "$@"; }
has_quorum() { timeout 5 ceph -c "$CONF" quorum_status; }
osd_is_up() { timeout 5 ceph -c "$CONF" osd stat | grep -q '1 up'; }
s3_answers() { [ "$(curl -s -o /dev/null -m 5 -w '%{http_code}' "$(endpoint)/")" = 200 ]; }
endpoint() { echo "http://127.0.0.1:$(cat "$DIR/port")"; }

free_port() { # FIRST: the first port from there on that nobody listens on
  local port=$1
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
  echo "$port"
}

write_conf() { # FSID MONITOR-PORT
  cat >"$CONF" <<CONF
[global]
fsid = $1
mon_host = [v2:127.0.0.1:$2/0]
mon_initial_members = a
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_ipv4 = true
ms_bind_ipv6 = false
auth_allow_insecure_global_id_reclaim = false
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
mon_data_avail_warn = 2
mon_data_avail_crit = 1
mon_max_pg_per_osd = 500
paxos_propose_interval = 0.05
paxos_min_wait = 0.01
run_dir = $DIR/run
admin_socket = $DIR/run/\$name.\$pid.asok
log_file = $DIR/log/\$name.log
crash_dir = $DIR/run
keyring = $DIR/keyring
[mon]
mon_data = $DIR/mon
keyring = $DIR/mon.keyring
[osd]
osd_data = $DIR/osd
keyring = $DIR/osd.keyring
osd_objectstore = bluestore
bluestore_block_size = ${RADOSGW_BYTES:-10737418240}
osd_memory_target = 939524096
[client.rgw.a]
keyring = $DIR/rgw.keyring
rgw_data = $DIR/rgw
rgw_frontends = beast endpoint=127.0.0.1:$(cat "$DIR/port") tcp_nodelay=1
rgw_dns_name = localhost
rgw_enable_usage_log = false
rgw_gc_obj_min_wait = 30
rgw_gc_processor_period = 30
rgw_gc_processor_max_time = 30
CONF
}

make_monitor() {
  local fsid monitor
  fsid=$(cat /proc/sys/kernel/random/uuid)
  monitor=$(free_port 13300)
  free_port "${RADOSGW_PORT:-17480}" >"$DIR/port"
  write_conf "$fsid" "$monitor"
  ceph-authtool --create-keyring "$DIR/mon.keyring" --gen-key -n mon. --cap mon 'allow *'
  ceph-authtool --create-keyring "$DIR/keyring" --gen-key -n client.admin \
    --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
  ceph-authtool "$DIR/mon.keyring" --import-keyring "$DIR/keyring"
  monmaptool --create --clobber --fsid "$fsid" --addv a "[v2:127.0.0.1:$monitor]" "$DIR/monmap"
  ceph-mon --mkfs -i a -c "$CONF" --monmap "$DIR/monmap" --keyring "$DIR/mon.keyring"
}

make_osd() {
  local uuid key
  uuid=$(cat /proc/sys/kernel/random/uuid)
  key=$(ceph-authtool --gen-print-key)
  # The gateway insists on cephx: without a key of its own it waits for ever.
  ceph_ auth get-or-create client.rgw.a mon 'allow rw' osd 'allow rwx' mgr 'allow rw' -o "$DIR/rgw.keyring"
  printf '{"cephx_secret": "%s"}' "$key" | ceph_ osd new "$uuid" -i -
  printf '[osd.0]\n\tkey = %s\n' "$key" >"$DIR/osd.keyring"
  ceph-osd -i 0 -c "$CONF" --mkfs --osd-uuid "$uuid"
}

make_users() {
  timeout 60 radosgw-admin -c "$CONF" user create --uid=cellarman --display-name=cellarman \
    --access-key="$USER_KEY" --secret-key="$USER_SECRET"
  # A key of the same account that may only read: what a verify job should hold.
  timeout 60 radosgw-admin -c "$CONF" subuser create --uid=cellarman --subuser=cellarman:reader \
    --access=read --key-type=s3 --access-key="$READER_KEY" --secret-key="$READER_SECRET"
}

up() {
  local began=$SECONDS fresh=0
  install_packages
  case $DIR in *[[:space:]]*) die "no blanks in DIR, please: $DIR" ;; esac
  if [ ! -e "$DIR/ready" ]; then
    # Either nothing, or what an interrupted first start left behind.
    [ ! -e "$MARK" ] || wipe
    [ ! -e "$DIR" ] || [ -z "$(ls -A "$DIR")" ] || die "$DIR is not empty, and not ours"
    fresh=1
    mkdir -p "$DIR"/{mon,osd,rgw,run,log}
    touch "$MARK"
    chmod 700 "$DIR"
    make_monitor >>"$DIR/log/start.log" 2>&1
  fi
  start mon ceph-mon -i a
  wait_for 30 "monitor quorum" has_quorum
  [ $fresh = 0 ] || make_osd >>"$DIR/log/start.log" 2>&1
  start osd ceph-osd -i 0
  wait_for 60 "OSD" osd_is_up
  start rgw radosgw -n client.rgw.a
  wait_for 120 "answer of the gateway" s3_answers
  if [ $fresh = 1 ]; then
    make_users >>"$DIR/log/start.log" 2>&1
    touch "$DIR/ready"
  fi
  say "$(radosgw --version | cut -d' ' -f1-3,5) answers at $(endpoint) after $((SECONDS - began)) s"
}

down() {
  local name
  for name in rgw osd mon; do stop "$name"; done
}

wipe() {
  [ -e "$MARK" ] || die "no gateway under $DIR"
  down
  rm -rf "$DIR"
}

print_env() {
  [ -e "$DIR/ready" ] || die "no gateway under $DIR: run '$0 up' first"
  cat <<ENV
export CELLARMAN_REAL_S3=$(endpoint)
export CELLARMAN_REAL_S3_KEY_ID=$USER_KEY CELLARMAN_REAL_S3_SECRET=$USER_SECRET
export CELLARMAN_REAL_S3_READER_KEY_ID=$READER_KEY CELLARMAN_REAL_S3_READER_SECRET=$READER_SECRET
ENV
}

case $VERB in
up) up ;;
down) down ;;
wipe) wipe ;;
env) print_env ;;
*) awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0" ;;
esac
