-- SPDX-License-Identifier: Apache-2.0
-- For sysbench: an application of one thread that updates a row every 1 to 10 ms and writes how
-- many milliseconds each took to $PROBE_FILE. What a reader of averages would not see, a stall of
-- all writers, stands there as one long update.

local ffi = require("ffi")
ffi.cdef [[
typedef struct { long seconds; long nanoseconds; } probe_time;
int clock_gettime(int clock, probe_time *now);
int usleep(unsigned microseconds);
]]

sysbench.cmdline.options = { table_size = { "rows of sbtest1", 1000000 } }

local function now()
    local t = ffi.new("probe_time")
    ffi.C.clock_gettime(1, t) -- CLOCK_MONOTONIC
    return tonumber(t.seconds) * 1e3 + tonumber(t.nanoseconds) / 1e6
end

function thread_init()
    connection = sysbench.sql.driver():connect()
    file = io.open(os.getenv("PROBE_FILE"), "w")
    file:setvbuf("line")
end

function event()
    ffi.C.usleep(sysbench.rand.uniform(1000, 10000))
    local began = now()
    connection:query("UPDATE sbtest1 SET k = k + 1 WHERE id = " ..
                     sysbench.rand.uniform(1, sysbench.opt.table_size))
    file:write(string.format("%.3f\n", now() - began))
end
