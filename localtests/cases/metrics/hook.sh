# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Prometheus scrapes this run, with the alerts of contrib/ as its rules; every expression of these
# and of the dashboard must then have data. Until that is known the cut-over waits.
[[ ! -e $LOG/skip ]] || exit 0
let_go() { kill "$running" 2>/dev/null; rm -f "$LOG/postpone"; }
trap let_go EXIT

"$prometheus/promtool" check rules "$ROOT/contrib/prometheus/alerts.yml" || exit
"$prometheus/promtool" test rules "$ROOT/contrib/prometheus/alerts_test.yml" || exit
cat >"$LOG/prometheus.yml" <<END
global: {scrape_interval: 250ms, evaluation_interval: 1s}
rule_files: ["$ROOT/contrib/prometheus/alerts.yml"]
scrape_configs:
  - {job_name: wisp, static_configs: [{targets: ["127.0.0.1:$METRICS_PORT"]}]}
END
"$prometheus/prometheus" --config.file="$LOG/prometheus.yml" --storage.tsdb.path="$LOG/prometheus" \
    --web.listen-address="127.0.0.1:$PROMETHEUS_PORT" --log.level=warn &
running=$!
# Linted as promtool lints: units, suffixes, help.
scraped() { # the endpoint answers before the run has figures
    curl -sf -o "$LOG/metrics" "http://127.0.0.1:$METRICS_PORT/metrics" && grep -q ^wisp_ "$LOG/metrics"
}
await scraped || exit
grep -A 1000 '^# HELP wisp_' "$LOG/metrics" | "$prometheus/promtool" check metrics || exit
"$HERE/lib/has_data" "http://127.0.0.1:$PROMETHEUS_PORT" "$ROOT/contrib/grafana/wisp.json" 80
