"""What watches Vestibule, written from one place: rules and alerts for Prometheus, dashboards for Grafana,
and the list of metrics (docs/operations.md).

    pace       spans of time, as they are or quickened for tests
    levels     the service levels            rules       recording rules and alerts, as YAML
    alerts     what else wakes somebody      boards      what the dashboards show
    listing    docs/metrics.md               grafana     the dashboards as Grafana reads them

`python -m tools.watching` writes everything anew, `--check` says what is not as it would be written.
"""
