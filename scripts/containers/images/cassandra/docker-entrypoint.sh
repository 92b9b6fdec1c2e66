#!/usr/bin/env bash
# Keeps the official image's contract: CASSANDRA_CLUSTER_NAME, CASSANDRA_SEEDS, CASSANDRA_DC, CASSANDRA_RACK,
# CASSANDRA_NUM_TOKENS, MAX_HEAP_SIZE, JVM_EXTRA_OPTS.
set -euo pipefail

[ "${1:-}" = cassandra ] || exec "$@"

conf=/opt/cassandra/conf
data=/var/lib/cassandra
address=$(hostname -i | awk '{print $1}')
install -d -o cassandra -g cassandra "$data" "$data/tmp"
chown -R cassandra: "$data"
# From the template each time: a container that is started again may have another address.
sed "s/@CLUSTER@/${CASSANDRA_CLUSTER_NAME:-Test Cluster}/; s/@TOKENS@/${CASSANDRA_NUM_TOKENS:-16}/
  s/@SEEDS@/${CASSANDRA_SEEDS:-$address}/; s/@ADDRESS@/$address/" \
  "$conf/cassandra.yaml.template" >"$conf/cassandra.yaml"
printf 'dc=%s\nrack=%s\n' "${CASSANDRA_DC:-datacenter1}" "${CASSANDRA_RACK:-rack1}" >"$conf/rackdc.properties"

opens=()
for name in java.io jdk.internal.ref sun.nio.ch java.lang java.lang.reflect java.nio java.util; do
  opens+=("--add-opens=java.base/$name=ALL-UNNAMED")
done
# shellcheck disable=SC2086  # JVM_EXTRA_OPTS is a list of words
exec setpriv --reuid=cassandra --regid=cassandra --init-groups java \
  -Xms64m "-Xmx${MAX_HEAP_SIZE:-256m}" -Xss512k -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData \
  -XX:+ExitOnOutOfMemoryError -Djava.net.preferIPv4Stack=true "-Djava.io.tmpdir=$data/tmp" "${opens[@]}" \
  "-Dlogback.configurationFile=$conf/logback.xml" "-Dcassandra.config=file:$conf/cassandra.yaml" \
  "-Dcassandra-rackdc.properties=file:$conf/rackdc.properties" "-Dcassandra.storagedir=$data" \
  -Dcassandra-foreground=yes -Dcassandra.skip_wait_for_gossip_to_settle=0 \
  "-Dcassandra.ring_delay_ms=${RING_DELAY_MS:-4000}" -Dcassandra.memtable.row_overhead_size=180 \
  -Dcassandra.superuser_setup_delay_ms=0 ${JVM_EXTRA_OPTS:-} \
  -cp '/opt/cassandra/lib/*' org.apache.cassandra.service.CassandraDaemon
