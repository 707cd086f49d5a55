/**
 * Query parameters by which mail, advertisements and analytics follow a visit, and which no page is known to depend on. Whole names where a beginning
 * could be somebody's own (`pk_id` is a key of a table); `*` where it could not.
 */
export const TRACKING_PARAMETERS: readonly string[] = [
  ...['utm_*', 'mtm_*', 'pk_campaign', 'pk_kwd', 'pk_keyword', 'pk_source', 'pk_medium', 'pk_content', 'pk_cid'],
  ...['gclid', 'gclsrc', 'dclid', 'gbraid', 'wbraid', 'gad_source', 'gad_campaignid', 'srsltid', '_ga', '_gl'],
  ...['fbclid', 'igshid', 'igsh', 'msclkid', 'twclid', 'ttclid', 'yclid', 'ysclid', 'li_fat_id', 'epik', 'rdt_cid', 'sccid'],
  ...['mc_cid', 'mc_eid', '_hsenc', '_hsmi', '__hssc', '__hstc', '__hsfp', 'hsCtaTracking', 'mkt_tok', 'vero_id', 'vero_conv'],
  ...['_kx', '_openstat', 'oly_anon_id', 'oly_enc_id', 'rb_clickid', 's_cid', 'wickedid', 'irclickid', 'cjevent'],
]
