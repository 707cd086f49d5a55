-- wrk asks for KEYS different pages in turn, as a browser would, so that no contender lives off one remembered request.
-- Arguments after "--": the path in front of the page number, how many pages, the User-Agent.
local requests, at = {}, 0

function init(args)
  wrk.headers["User-Agent"] = args[3]
  wrk.headers["Accept"] = "text/html,application/xhtml+xml,*/*;q=0.8"
  wrk.headers["Accept-Language"] = "en-GB,en;q=0.7"
  for page = 1, tonumber(args[2]) do requests[page] = wrk.format("GET", args[1] .. page) end
end

function request()
  at = at % #requests + 1
  return requests[at]
end
