/** How secrets look: what they begin with, and what follows. One line a kind. */

export interface SecretShape {
  readonly kind: string
  /** What every such secret begins with, as it is written. */
  readonly prefixes: readonly string[]
  /** Sticky, from the beginning; every repeat in it is bounded. */
  readonly pattern: RegExp
}

// oxfmt-ignore
export const secretShapes: readonly SecretShape[] = [
  { kind: 'anthropic_key', prefixes: ['sk-ant-'], pattern: /sk-ant-[\w-]{20,200}/y },
  { kind: 'openrouter_key', prefixes: ['sk-or-'], pattern: /sk-or-[\w-]{20,200}/y },
  { kind: 'openai_key', prefixes: ['sk-'], pattern: /sk-(?!ant-|or-)(?:proj-|svcacct-|admin-|None-)?[A-Za-z\d_-]{20,220}/y },
  { kind: 'google_key', prefixes: ['AIza'], pattern: /AIza[\w-]{35}/y },
  { kind: 'google_oauth', prefixes: ['ya29.', 'GOCSPX-', '1//0'], pattern: /(?:ya29\.[\w-]{20,500}|GOCSPX-[\w-]{24,40}|1\/\/0[\w-]{30,120})/y },
  { kind: 'aws_key_id', prefixes: ['AKIA', 'ASIA', 'ABIA', 'ACCA'], pattern: /A(?:KIA|SIA|BIA|CCA)[A-Z2-7]{16}(?![A-Za-z\d])/y },
  { kind: 'azure_key', prefixes: ['AccountKey=', 'SharedAccessKey='], pattern: /(?:AccountKey|SharedAccessKey)=[A-Za-z\d+/]{40,90}={0,2}/y },
  { kind: 'github_token', prefixes: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'], pattern: /(?:gh[pousr]_[A-Za-z\d]{36,255}|github_pat_\w{60,255})/y },
  { kind: 'gitlab_token', prefixes: ['glpat-', 'gldt-', 'glrt-', 'glcbt-', 'glptt-'], pattern: /gl(?:pat|dt|rt|cbt|ptt)-[\w.-]{20,120}/y },
  { kind: 'slack_token', prefixes: ['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xapp-', 'xoxe'], pattern: /(?:xox[abprse](?:\.xox[bp])?-[\w-]{10,250}|xapp-\d-[\w-]{20,250})/y },
  { kind: 'slack_webhook', prefixes: ['hooks.slack.com/'], pattern: /hooks\.slack\.com\/(?:services|workflows)\/[\w/]{20,120}/y },
  { kind: 'discord_webhook', prefixes: ['discord.com/api/webhooks/', 'discordapp.com/api/webhooks/'], pattern: /discord(?:app)?\.com\/api\/webhooks\/\d{15,22}\/[\w-]{50,100}/y },
  { kind: 'stripe_key', prefixes: ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_'], pattern: /(?:[sr]k_(?:live|test)_[A-Za-z\d]{16,200}|whsec_[A-Za-z\d+/=]{24,100})/y },
  { kind: 'sendgrid_key', prefixes: ['SG.'], pattern: /SG\.[\w-]{16,32}\.[\w-]{30,64}/y },
  { kind: 'twilio_key', prefixes: ['SK', 'AC'], pattern: /(?:SK|AC)[\da-f]{32}(?![\da-zA-Z])/y },
  { kind: 'mailgun_key', prefixes: ['key-'], pattern: /key-[\da-f]{32}(?![\da-zA-Z])/y },
  { kind: 'npm_token', prefixes: ['npm_'], pattern: /npm_[A-Za-z\d]{36}/y },
  { kind: 'pypi_token', prefixes: ['pypi-AgEIcHlwaS5vcmc'], pattern: /pypi-AgEIcHlwaS5vcmc[\w-]{50,300}/y },
  { kind: 'rubygems_key', prefixes: ['rubygems_'], pattern: /rubygems_[\da-f]{48}/y },
  { kind: 'docker_token', prefixes: ['dckr_pat_', 'dckr_oat_'], pattern: /dckr_[po]at_[\w-]{27,60}/y },
  { kind: 'digitalocean_token', prefixes: ['dop_v1_', 'doo_v1_', 'dor_v1_'], pattern: /do[opr]_v1_[\da-f]{64}/y },
  { kind: 'huggingface_token', prefixes: ['hf_', 'api_org_'], pattern: /(?:hf_|api_org_)[A-Za-z]{34}(?![A-Za-z\d])/y },
  { kind: 'groq_key', prefixes: ['gsk_'], pattern: /gsk_[A-Za-z\d]{48,60}/y },
  { kind: 'xai_key', prefixes: ['xai-'], pattern: /xai-[A-Za-z\d]{60,100}/y },
  { kind: 'nvidia_key', prefixes: ['nvapi-'], pattern: /nvapi-[\w-]{60,80}/y },
  { kind: 'perplexity_key', prefixes: ['pplx-'], pattern: /pplx-[A-Za-z\d]{40,64}/y },
  { kind: 'replicate_token', prefixes: ['r8_'], pattern: /r8_[A-Za-z\d]{37,40}/y },
  { kind: 'fireworks_key', prefixes: ['fw_'], pattern: /fw_[A-Za-z\d]{22,32}(?![A-Za-z\d])/y },
  { kind: 'cerebras_key', prefixes: ['csk-'], pattern: /csk-[a-z\d]{40,60}/y },
  { kind: 'shopify_token', prefixes: ['shpat_', 'shpca_', 'shppa_', 'shpss_'], pattern: /shp(?:at|ca|pa|ss)_[\da-fA-F]{32}/y },
  { kind: 'square_token', prefixes: ['sq0atp-', 'sq0csp-', 'EAAA'], pattern: /(?:sq0(?:atp|csp)-[\w-]{22,43}|EAAA[\w-]{60}(?![\w-]))/y },
  { kind: 'vault_token', prefixes: ['hvs.', 'hvb.', 'hvr.'], pattern: /hv[sbr]\.[\w-]{24,250}/y },
  { kind: 'grafana_token', prefixes: ['glsa_', 'glc_'], pattern: /(?:glsa_[A-Za-z\d]{32}_[\da-f]{8}|glc_[A-Za-z\d+/=]{32,400})/y },
  { kind: 'sentry_token', prefixes: ['sntrys_', 'sntryu_'], pattern: /sntry[su]_[\w+/=]{60,400}/y },
  { kind: 'newrelic_key', prefixes: ['NRAK-'], pattern: /NRAK-[A-Z\d]{27}/y },
  { kind: 'databricks_token', prefixes: ['dapi'], pattern: /dapi[\da-f]{32}(?:-\d)?(?![\da-zA-Z])/y },
  { kind: 'postman_key', prefixes: ['PMAK-'], pattern: /PMAK-[\da-f]{24}-[\da-f]{34}/y },
  { kind: 'linear_key', prefixes: ['lin_api_'], pattern: /lin_api_[A-Za-z\d]{40}/y },
  { kind: 'notion_token', prefixes: ['secret_', 'ntn_'], pattern: /(?:secret_[A-Za-z\d]{43}|ntn_[A-Za-z\d]{40,50})(?![A-Za-z\d])/y },
  { kind: 'figma_token', prefixes: ['figd_'], pattern: /figd_[\w-]{40,60}/y },
  { kind: 'atlassian_token', prefixes: ['ATATT3', 'ATCTT3'], pattern: /AT[AC]TT3[\w=-]{60,250}/y },
  { kind: 'age_key', prefixes: ['AGE-SECRET-KEY-1'], pattern: /AGE-SECRET-KEY-1[A-Z\d]{58}/y },
  { kind: 'jwt', prefixes: ['eyJ'], pattern: /eyJ[\w-]{8,4096}\.[\w-]{8,8192}\.[\w-]{8,1024}/y },
]
