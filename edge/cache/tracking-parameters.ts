// What follows visits, and changes no page.

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

/** Cookies that scripts of analytics and advertisements set for themselves, and that no page is known to depend on. */
export const TRACKING_COOKIES: readonly string[] = [
  ...['_ga', '_ga_*', '_gid', '_gat', '_gat_*', '_gcl_*', '_gac_*', '__utma', '__utmb', '__utmc', '__utmt', '__utmv', '__utmz'],
  ...['_fbp', '_fbc', '_hjid', '_hjSession*', '_hjFirstSeen', '_clck', '_clsk', '_uetsid', '_uetvid', '_pk_id*', '_pk_ses*', '_pk_ref*'],
  ...[
    '_pin_unauth',
    '_scid',
    '_ttp',
    '_tt_enable_cookie',
    '_ym_uid',
    '_ym_d',
    '_ym_isad',
    '__hstc',
    '__hssc',
    '__hssrc',
    'hubspotutk',
    'amplitude_id*',
  ],
]
