-- Asks for several paths in turn where they are given as arguments; wrk's figures as one line of JSON, latencies in
-- milliseconds.
init = function(paths)
  local place = 0
  if #paths > 0 then
    request = function()
      place = place % #paths + 1
      return wrk.format("GET", paths[place])
    end
  end
end

done = function(summary, latency, requests)
  local wrong = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format(
    '\nJSON {"requests": %d, "seconds": %.6f, "p50": %.4f, "p99": %.4f, "refused": %d, "broken": %d, "bytes": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    summary.errors.status, wrong, summary.bytes))
end
