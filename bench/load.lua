-- wrk's side of load.mjs. Arguments: file of requests, first lap, seconds to send.
-- Each request in the file is cut at its marks; every time round the file is a lap, whose number is put in at the marks,
-- so that visitors and sessions are new ones. wrk breaks off requests that are under way when its time is over; so this
-- script stops sending early enough, and every request that was sent is answered and counted.
local ffi = require("ffi")
ffi.cdef [[ struct timespec { long seconds; long nanoseconds; }; int clock_gettime(int clock, struct timespec *at); ]]
local at = ffi.new("struct timespec")
local function now()
  ffi.C.clock_gettime(1, at)
  return tonumber(at.seconds) + tonumber(at.nanoseconds) / 1e9
end

local threads = {}
function setup(thread) table.insert(threads, thread) end

local requests = {}
local position, lap, mark = 0, 0, ""

-- wrk asks for one request to look at before it starts.
seconds, sent = 0, -1
local startedAt = 0

local function split(text, separator)
  local pieces, from = {}, 1
  while true do
    local first, last = text:find(separator, from, true)
    if not first then break end
    table.insert(pieces, text:sub(from, first - 1))
    from = last + 1
  end
  table.insert(pieces, text:sub(from))
  return pieces
end

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  for _, request in ipairs(split(file:read("*a"), "\0")) do table.insert(requests, split(request, "@@@@@@@@")) end
  file:close()
  lap = tonumber(arguments[2])
  seconds = tonumber(arguments[3])
end

function request()
  position = position % #requests + 1
  if position == 1 then
    lap = lap + 1
    mark = string.format("%08d", lap)
  end
  sent = sent + 1
  if sent == 1 then startedAt = now() end
  return table.concat(requests[position], mark)
end

function delay()
  if sent < 1 or now() - startedAt < seconds then return 0 end
  return 3600000
end

function done(summary, latency)
  local thread = threads[1]
  local errors = summary.errors
  io.write(string.format(
    '\n{"sent":%d,"answered":%d,"failed":%d,"seconds":%f,"p50_ms":%f,"p99_ms":%f,"max_ms":%f}\n',
    thread:get("sent"), summary.requests, errors.status + errors.connect + errors.read + errors.write,
    thread:get("seconds"), latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
