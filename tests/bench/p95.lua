-- wrk: one line with what the bench reads.
done = function(summary, latency, requests)
  io.write(string.format("musubi %.1f %.3f %d\n", summary.requests / (summary.duration / 1e6),
    latency:percentile(95) / 1000, summary.errors.status + summary.errors.read))
end
