-- The edge's job as a careful OpenResty author would write it, for the bench only.
-- Per request: crawler verdict (memo of verdicts), degrade flag and GCRA limit in shared dictionaries;
-- then memory (shared dictionary), Redis (one GET over a pooled cosocket), origin (sub-request), filling both.
-- Each request is counted by route, class of status and who served it, by class of client, outcome of limit and of cache, and timed in a
-- histogram: in tables of the worker, which cost the least, and are read at /-/metrics.
-- Its answers carry the fields that the edge's carry: readings of the limit, Age, Cache-Status; Via and a request id from nginx.conf.
-- An entry is one string: date stored (10 digits), "type\netag\ncache-control\n", body.
local lrucache = require "resty.lrucache"

local M = {}
local ngx, find, sub, format, tonumber, tostring = ngx, string.find, string.sub, string.format, tonumber, tostring
local floor, ceil = math.floor, math.ceil
local answers, limits, flags = ngx.shared.answers, ngx.shared.limits, ngx.shared.flags
local verdicts = lrucache.new(10000)
-- The edge's own buckets, seconds.
local BUCKETS = { 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30 }
local routes, clients, decisions, lookups = {}, { crawler = 0, person = 0 }, { allowed = 0, refused = 0 }, {}
local FRESH_SECONDS = 3600
local CRAWLER = [[bot|crawl|spider|slurp|archiver|facebookexternalhit|embedly|quora link|outbrain|whatsapp|]]
  .. [[python-requests|curl/|wget/|headless|lighthouse|mediapartners|feedfetcher|monitor|scrapy|okhttp|httpclient]]

local function is_crawler(agent)
  if not agent then return true end
  local known = verdicts:get(agent)
  if known ~= nil then return known end
  local crawler = ngx.re.find(sub(agent, 1, 512), CRAWLER, "joi") ~= nil
  verdicts:set(agent, crawler)
  return crawler
end

-- A limit of `per_second` requests, `burst` at once; what never changes of its answers is made here, once.
function M.rule(per_second, burst)
  return { interval = 1 / per_second, burst = burst, policy = format('"per-address";q=%d;w=1', per_second) }
end

-- GCRA: one date per client, the theoretical arrival time of its next request [ITU-T I.371].
-- Get and set are two steps, which is exact here only because there is one worker.
-- Gives what is left, or nil and the seconds to wait.
local function take(route, rule)
  local now = ngx.now()
  local key = route .. ngx.var.binary_remote_addr
  local interval = rule.interval
  local arrival = limits:get(key)
  if not arrival or arrival < now then arrival = now end
  local room = now + interval * rule.burst - arrival
  if room < interval then return nil, interval - room end
  limits:set(key, arrival + interval, 60)
  return floor(room / interval) - 1
end

function M.gates(route, rule)
  local crawler = is_crawler(ngx.var.http_user_agent)
  local class = crawler and "crawler" or "person"
  clients[class] = clients[class] + 1
  local ctx = ngx.ctx
  ctx.crawler = crawler
  if flags:get(route) == 1 then return ngx.exit(503) end
  local remaining, wait = take(route, rule)
  local header = ngx.header
  header["RateLimit-Policy"] = rule.policy
  header["RateLimit"] = '"per-address";r=' .. (remaining or 0) .. ";t=1"
  local decision = remaining and "allowed" or "refused"
  decisions[decision] = decisions[decision] + 1
  if remaining then return end
  ctx.served = "edge"
  header["Retry-After"] = tostring(ceil(wait))
  return ngx.exit(429)
end

local function series_of(route)
  local series = { requests = {}, sum = 0, count = 0, buckets = {} }
  for i = 1, #BUCKETS do series.buckets[i] = 0 end
  routes[route] = series
  return series
end

-- At the end of a request: its counts, and how long it took.
function M.count(route)
  local series = routes[route] or series_of(route)
  local class = floor(ngx.status / 100)
  local by_class = series.requests[class]
  if not by_class then
    by_class = {}
    series.requests[class] = by_class
  end
  local served = ngx.ctx.served or "origin"
  by_class[served] = (by_class[served] or 0) + 1
  local seconds = ngx.now() - ngx.req.start_time()
  series.sum = series.sum + seconds
  series.count = series.count + 1
  for i = 1, #BUCKETS do
    if seconds <= BUCKETS[i] then
      series.buckets[i] = series.buckets[i] + 1
      break
    end
  end
end

-- What was counted, in the text format of Prometheus.
function M.metrics()
  for class, count in pairs(clients) do ngx.say(format('clients_total{class="%s"} %d', class, count)) end
  for decision, count in pairs(decisions) do ngx.say(format('limit_decisions_total{decision="%s"} %d', decision, count)) end
  for outcome, count in pairs(lookups) do ngx.say(format('cache_lookups_total{outcome="%s"} %d', outcome, count)) end
  for route, series in pairs(routes) do
    for class, by_class in pairs(series.requests) do
      for served, count in pairs(by_class) do
        ngx.say(format('requests_total{route="%s",status="%dxx",served_by="%s"} %d', route, class, served, count))
      end
    end
    local below = 0
    for i = 1, #BUCKETS do
      below = below + series.buckets[i]
      ngx.say(format('request_duration_seconds_bucket{route="%s",le="%s"} %d', route, BUCKETS[i], below))
    end
    ngx.say(format('request_duration_seconds_sum{route="%s"} %.6f', route, series.sum))
    ngx.say(format('request_duration_seconds_count{route="%s"} %d', route, series.count))
  end
end

local function send(entry, outcome, level)
  local looked = level == "origin" and "miss" or level
  lookups[looked] = (lookups[looked] or 0) + 1
  ngx.ctx.served = outcome
  local type_end = find(entry, "\n", 11, true)
  local etag_end = find(entry, "\n", type_end + 1, true)
  local control_end = find(entry, "\n", etag_end + 1, true)
  local header = ngx.header
  header["Content-Type"] = sub(entry, 11, type_end - 1)
  header["ETag"] = sub(entry, type_end + 1, etag_end - 1)
  header["Cache-Control"] = sub(entry, etag_end + 1, control_end - 1)
  local age = ngx.time() - tonumber(sub(entry, 1, 10))
  header["Age"] = age
  header["Cache-Status"] = "bench;" .. outcome .. ";ttl=" .. (FRESH_SECONDS - age) .. ";detail=" .. level
  header["Content-Length"] = #entry - control_end
  ngx.print(sub(entry, control_end + 1))
end

-- One command, one reply: nil when Redis does not hold the key or does not answer in time.
local function redis(port, command, argument_count)
  local socket = ngx.socket.tcp()
  socket:settimeout(20)
  if not socket:connect("127.0.0.1", port) then return nil end
  if not socket:send("*" .. argument_count .. "\r\n" .. command) then return nil end
  local line = socket:receive()
  local reply
  if line and sub(line, 1, 1) == "$" and line ~= "$-1" then
    local length = tonumber(sub(line, 2))
    reply = socket:receive(length + 2)
    reply = reply and sub(reply, 1, length)
  end
  if line then socket:setkeepalive(60000, 128) end
  return reply
end

local function bulk(text) return "$" .. #text .. "\r\n" .. text .. "\r\n" end

local function fetch()
  local answer = ngx.location.capture("/-/origin" .. ngx.var.request_uri)
  if answer.status ~= 200 then return nil end
  local header = answer.header
  local head = format("%010d%s\n%s\n%s\n", ngx.time(), header["Content-Type"], header["ETag"], header["Cache-Control"])
  return head .. answer.body
end

-- `where.memory` false leaves the shared dictionary out, so that every request asks Redis.
function M.answer(where)
  local key = ngx.var.host .. ngx.var.request_uri
  local entry = where.memory and answers:get(key)
  if entry then return send(entry, "hit", "L1") end

  entry = redis(where.redisPort, "$3\r\nGET\r\n" .. bulk(key), 2)
  if entry then
    -- What crawlers read stays out of memory, so that a crawl cannot push out what people read.
    if where.memory and not ngx.ctx.crawler then answers:set(key, entry, FRESH_SECONDS) end
    return send(entry, "hit", "L2")
  end

  entry = fetch()
  if not entry then return ngx.exit(502) end
  if where.memory and not ngx.ctx.crawler then answers:set(key, entry, FRESH_SECONDS) end
  redis(where.redisPort, "$3\r\nSET\r\n" .. bulk(key) .. bulk(entry) .. "$2\r\nEX\r\n" .. bulk(tostring(FRESH_SECONDS)), 5)
  return send(entry, "fwd=uri-miss", "origin")
end

return M
