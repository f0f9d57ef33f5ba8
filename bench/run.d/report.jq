# SPDX-License-Identifier: Apache-2.0
# Raw figures ("case, way, figure, value", tab-separated, one line for each round) to medians, each with
# what it is measured against, and the target where there is one.

def median: sort | .[((length - 1) / 2) | floor];

# What wisp is to reach, by case and figure: [most, or least].
def targets: {
    "idle/seconds_ratio/wisp": {most: 0.95},
    "idle/seconds_ratio/wisp, not verified": {most: 0.75},
    "idle/cpu_seconds/wisp": {most: 0.7},
    "idle/cpu_seconds/wisp, not verified": {most: 0.5},
    "idle/rss_mib/wisp": {most: 64},
    "idle/locked_ms/wisp": {most: 10},
    "loaded/seconds_ratio/wisp": {most: 1.5},
    "loaded/load_kept/wisp": {least: 0.98},
    "loaded/p95_ratio/wisp": {most: 3},
    "loaded/probe_p99_ratio/wisp": {most: 2},
    "loaded/probe_stall_above_ms/wisp": {most: 50},
    "loaded/cpu_seconds/wisp": {most: 1.5},
    "loaded/locked_ms/wisp": {most: 10},
    "unlimited/seconds_ratio/wisp": {most: 4}
};

def reached($target):
    if $target == null then null
    elif $target.most then .median <= $target.most
    else .median >= $target.least end;

[inputs | split("\t") | {case: .[0], way: .[1], figure: .[2], value: (.[3] | tonumber)}]
| group_by([.case, .way, .figure])
| map({case: .[0].case, way: .[0].way, figure: .[0].figure, median: (map(.value) | median),
       least: (map(.value) | min), most: (map(.value) | max)})
| . as $all
# Seconds: idle, against one INSERT … SELECT of the same table; else against the same way, idle.
| map(select(.figure == "seconds") | . as $one
    | (.case | split(" ")) as $case
    | ([$all[] | select(.figure == "seconds" and .case == (["idle"] + $case[1:] | join(" "))
                        and .way == (if $case[0] == "idle" then "INSERT … SELECT" else $one.way end))]
       | first) as $base
    | select($base) | . + {figure: "seconds_ratio", median: (.median / $base.median),
                           least: (.least / $base.median), most: (.most / $base.median)})
| $all + .
| map(targets["\(.case | split(" ")[0])/\(.figure)/\(.way)"] as $target
      | . + {target: $target, reached: reached($target)})
| sort_by([.case, .way, .figure])
