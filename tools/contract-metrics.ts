/** The labels of a row, by the report that the metric belongs to. */
const ofSkill = ['operation', 'skill_id', 'skill_name']
const ofCampaign = ['operation', 'campaign_id', 'campaign_name']
const ofAgent = ['operation', 'agent_id', 'agent_name']

/**
 * Metrics that rules and documentation may name before `src/` has them, with their labels. Where `src/` has a metric, a test compares
 * the labels; delete the entry then.
 */
export const contractMetrics: ReadonlyMap<string, readonly string[]> = new Map([
  ['wolkvox_missing_field', ['operation', 'report', 'field']],
  ['wolkvox_account_other_requests_today', ['account']],
  ['wolkvox_account_quota_exhausted', ['account']],

  ['wolkvox_skill_queued_calls', ofSkill],
  ['wolkvox_skill_inbound_calls', ofSkill],
  ['wolkvox_skill_answered_calls', ofSkill],
  ['wolkvox_skill_abandoned_calls', ofSkill],
  ['wolkvox_skill_abandoned_ratio', ofSkill],
  ['wolkvox_skill_service_level_ratio', [...ofSkill, 'threshold_seconds']],

  ['wolkvox_campaign_info', [...ofCampaign, 'skill_id']],
  ['wolkvox_campaign_running', ofCampaign],
  ['wolkvox_campaign_records', ofCampaign],
  ['wolkvox_campaign_remaining_records', ofCampaign],
  ['wolkvox_campaign_dialed_records', ofCampaign],
  ['wolkvox_campaign_results', [...ofCampaign, 'result']],
  ['wolkvox_campaign_hits', ofCampaign],
  ['wolkvox_campaign_penetration_ratio', [...ofCampaign, 'window']],
  ['wolkvox_campaign_recycled_records', ofCampaign],
  ['wolkvox_campaign_dial_rate', ofCampaign],

  ['wolkvox_agent_network_latency_seconds', ofAgent],
  ['wolkvox_agent_network_jitter_seconds', [...ofAgent, 'direction']],
  ['wolkvox_agent_network_packet_loss_ratio', [...ofAgent, 'direction']],
  ['wolkvox_agent_network_rejection_ratio', ofAgent],
  ['wolkvox_agent_network_measured_timestamp_seconds', ofAgent],
  ['wolkvox_agent_client_info', [...ofAgent, 'connection_type', 'platform', 'version']],
  ['wolkvox_pbx_jitter_seconds', ['operation', 'pbx', 'direction']],
  ['wolkvox_pbx_packet_loss_ratio', ['operation', 'pbx', 'direction']],

  ['wolkvox_agent_active_chats', [...ofAgent, 'channel']],
  ['wolkvox_agent_oldest_chat_start_timestamp_seconds', ofAgent],
  ['wolkvox_agent_active_interactions', ofAgent],
])
