/** What to alert on, or to look at, by the name of a metric. Empty: it explains others. */
export const metricAdvice: Readonly<Record<string, string>> = {
  wayleave_build_info: '',
  wayleave_event_loop_stalls_total:
    'an increase of more than 3 in 10 min: the process is starved of CPU, leases are at risk',
  wayleave_event_loop_stall_seconds_max: '',
  leader_election_master_status: '`sum` over the replicas is not 1 for 1 min',
  workqueue_depth: 'above 100 for 15 min',
  controller_runtime_reconcile_errors_total: 'a rate that lasts for 15 min; the log names the resource',
  controller_runtime_reconcile_panics_total: 'any increase: a defect',
  reflector_failures_total: 'a rate that lasts for 10 min: the API server is not reached',

  wayleave_database_up: '0 for 2 min',

  wayleave_panel_reachable: '0 for 10 min',
  wayleave_panel_supported: '0 for 15 min: a panel was updated',
  wayleave_panel_writable: '',
  wayleave_panel_core_running: '0 for 5 min: nobody connects through this panel',
  wayleave_panel_certificate_expiry_timestamp_seconds: '14 days before it',
  wayleave_panel_call_duration_seconds: '',
  wayleave_panel_call_failures_total: '',
  wayleave_panel_clients: '',
  wayleave_panel_deliveries_pending: '',
  wayleave_panel_deliveries_oldest_seconds: 'above 900 for 5 min while the panel can be written to',
  wayleave_panel_revocations_open: 'above 0 for 1 h while the panel is reachable',
  wayleave_panel_revocations_held: 'above 0: a person has to permit or withdraw them',
  wayleave_panel_drift_total: 'an increase of more than 25 in 15 min: somebody else writes to the panel',
  wayleave_panel_drift_repaired_total: '',
  wayleave_subscriptions: '`state="Other"` above 0 for 15 min',

  wayleave_paid_unprovisioned_seconds: '**above 300: somebody has paid and has nothing.** The one to be woken by',
  wayleave_order_provisioning_seconds: 'more than 0.1 % above 60: the objective',
  wayleave_orders_late: 'counts as late at once, for the objective',
  wayleave_charges_total:
    'any increase of `mismatch`, `orphan` or `blocked`: a person has to decide; many `foreign`: another program sells with this bot',
  wayleave_reconciliation_findings_total:
    'any increase of `charge` or `refund`: updates of Telegram get lost; of `failed`: money is not on record yet',
  wayleave_refunds_total: 'any increase of `refused`; of `failed` for 1 h',
  wayleave_job_last_success_timestamp_seconds:
    '`time()` minus it above 15 min, above 2 h for `extend-surplus` and `retention`: a job of the shop is stuck. Nobody tells it: nobody leads the shop',
  wayleave_job_failures_total: 'a rate that lasts for 15 min; the table `jobs` has the reason',
  wayleave_forgotten_rows_total: '',
  wayleave_traces_total:
    'a rate of `failed` or `dropped` that lasts for 1 h: the collector is not reached, and the log says why. Nothing else suffers',
  wayleave_telegram_updates_total:
    'any increase of `kind="payment",outcome="failed"`: they come again, and the log says why they fail',
  wayleave_telegram_errors_total:
    'any increase of `401` (the token was revoked) or `409` (another program polls this bot); a rate of `0` or `5…` for 5 min',
  wayleave_webhook_failures_total:
    'any increase of `payment`; many of `secret`: somebody guesses, or two programs set the webhook',
  wayleave_checkouts_refused_total:
    'any increase of `unavailable`: customers are turned away because the database does not answer',
  wayleave_notices_total:
    'a rate of `retried` or `flood` that lasts for 1 h; any increase of `in doubt` after a restart is normal',
  wayleave_reminders_total: '`late` as a part of all above a tenth in a day: nobody sends, or the bot was away',
  wayleave_queue_oldest_seconds: 'above 4 h for `transfers`, above 24 h for the others: customers wait for a person',
  wayleave_queue_length: '',
  wayleave_support_messages_total: '',

  wayleave_outbox_depth: '',
  wayleave_outbox_oldest_seconds: 'above 300: what was bought does not reach the cluster, Telegram or the provider',
  wayleave_projections_total: 'a rate of `failed` that lasts for 5 min',
  wayleave_projection_findings_total:
    'many `absent` or `edited` at a time: somebody deletes or edits what was sold; any `unknown`: resources that nobody paid for',
  wayleave_projection_sweep_failures_total: 'an increase of more than 3 in 15 min',
  wayleave_projection_sweep_last_success_timestamp_seconds: '`time()` minus it above 30 min',
  wayleave_entitlement_timers_total: '',

  wayleave_sub_requests_total:
    'a rate of `error` or `unavailable`; `limited_token` far above what it was: an app asks in a loop',
  wayleave_sub_request_duration_seconds: 'the 99th percentile above 250 ms for 10 min',
  wayleave_sub_locked_out_total:
    'many of one family: its customers get fewer servers than they pay for; `status.inbounds` of the panels says how to mend it',
  wayleave_sub_cache_entries: '',
  wayleave_sub_stale_answers_total: '',
  wayleave_sub_cache_age_seconds: 'above 3600: phones get what was true an hour ago',
  wayleave_sub_source_errors_total: 'a rate that lasts for 5 min',
  wayleave_sub_source_failing: '1 for 5 min',
  wayleave_sub_devices_total: 'most answers `full`: a limit that is too low, or addresses that are passed around',
  wayleave_sub_device_registration_failures_total: 'a rate that lasts for 15 min: device limits are not kept',
  wayleave_sub_usage_write_failures_total: 'a rate that lasts for an hour: after a restart nobody is warm',
  wayleave_sub_forgotten_rows_total: '',
  wayleave_sub_warmed_documents_total: '',
  wayleave_sub_snapshot_documents: '',
  wayleave_sub_snapshot_bytes: '',
  wayleave_sub_snapshot_loaded_documents: '',
  wayleave_sub_snapshot_last_success_timestamp_seconds:
    '`time()` minus it above 15 min, where `--snapshot-file` is given',
  wayleave_sub_snapshot_failures_total: 'an increase of more than 3 in 15 min',
};
