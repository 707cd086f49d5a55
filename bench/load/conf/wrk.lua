-- wrk asks for different pages in turn, as a browser would, so that no contender lives off one remembered request.
-- Arguments after "--": a file with "host path" a line, the User-Agent.
local requests, at = {}, 0

function init(args)
  wrk.headers["User-Agent"] = args[2]
  wrk.headers["Accept"] = "text/html,application/xhtml+xml,*/*;q=0.8"
  wrk.headers["Accept-Language"] = "en-GB,en;q=0.7"
  for line in io.lines(args[1]) do
    local host, path = line:match("^(%S+) (%S+)$")
    wrk.headers["Host"] = host
    requests[#requests + 1] = wrk.format("GET", path)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end
