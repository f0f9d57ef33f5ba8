// SPDX-License-Identifier: Apache-2.0
#include "metrics/families.h"

#include <limits>
#include <string_view>
#include <utility>

#include "metrics/names.h"

namespace wisp::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using Labels = std::vector<ClientMetric::Label>;

class Page {
  public:
    /// Values that follow belong to it. It is shown with none, too.
    void begin(const Metric& metric) {
        kind_ = metric.kind;
        MetricFamily family;
        family.name = metric.name;
        family.help = metric.help;
        switch (kind_) {
            case Kind::kGauge:
                family.type = prometheus::MetricType::Gauge;
                break;
            case Kind::kCounter:
                family.type = prometheus::MetricType::Counter;
                break;
            case Kind::kHistogram:
                family.type = prometheus::MetricType::Histogram;
                break;
        }
        families_.push_back(std::move(family));
    }
    void value(double value, Labels labels = {}) {
        ClientMetric metric;
        metric.label = std::move(labels);
        (kind_ == Kind::kCounter ? metric.counter.value : metric.gauge.value) = value;
        families_.back().metric.push_back(std::move(metric));
    }
    void one(const Metric& metric, double number) {
        begin(metric);
        value(number);
    }
    void histogram(const Metric& metric, const HistogramSnapshot& snapshot) {
        begin(metric);
        ClientMetric client;
        std::uint64_t below = 0;
        for (std::size_t i = 0; i < snapshot.counts.size(); ++i) {
            below += snapshot.counts[i];
            const double bound = i < snapshot.bounds.size()
                                     ? snapshot.bounds[i]
                                     : std::numeric_limits<double>::infinity();
            client.histogram.bucket.push_back({below, bound});
        }
        client.histogram.sample_count = below;
        client.histogram.sample_sum = snapshot.sum;
        families_.back().metric.push_back(std::move(client));
    }
    [[nodiscard]] std::vector<MetricFamily> take() { return std::move(families_); }

  private:
    Kind kind_ = Kind::kGauge;
    std::vector<MetricFamily> families_;
};

double number(std::uint64_t count) {
    return static_cast<double>(count);
}

void add_copy(Page& page, const Sample& s) {
    page.one(kRowsEstimated, number(s.rows_estimated));
    page.one(kRowsCopied, number(s.rows_copied));
    page.one(kRowsVerified, number(s.rows_verified));
    page.one(kBytesCopied, s.bytes_copied);
    page.one(kChunks, number(s.chunks));
    page.histogram(kChunkSeconds, s.chunk_seconds);
}

void add_replay(Page& page, const Sample& s) {
    page.one(kBinlogEvents, number(s.binlog_events));
    page.one(kBinlogBytes, number(s.binlog_bytes));
    page.one(kChangesDelivered, number(s.changes_delivered));
    page.one(kChangesApplied, number(s.changes_applied));
    page.one(kChangesWritten, number(s.changes_written));
    page.histogram(kApplySeconds, s.apply_seconds);
    page.one(kBacklogChanges, number(s.backlog_changes));
    page.one(kBacklogTransactions, number(s.backlog_transactions));
    page.one(kBacklogBytes, number(s.backlog_bytes));
    page.one(kBacklogLimit, number(s.backlog_limit_bytes));
    page.one(kBacklogSeconds, s.backlog_seconds);
}

void add_throttle(Page& page, const Sample& s) {
    page.one(kThrottled, s.throttled ? 1 : 0);
    page.one(kThrottledSeconds, s.throttled_seconds);
    page.one(kPace, s.throttled ? 0 : s.copy_pace);
    page.begin(kSourceHolds);
    for (const auto& source : s.sources)
        page.value(source.holds ? 1 : 0, {{"source", source.name}});
    page.begin(kSourceSeconds);
    for (const auto& source : s.sources) page.value(source.held_seconds, {{"source", source.name}});
    page.begin(kSourceValue);
    for (const auto& source : s.sources) {
        if (source.value) page.value(*source.value, {{"source", source.name}});
    }
    page.begin(kSourceLimit);
    for (const auto& source : s.sources) {
        if (source.limit) page.value(*source.limit, {{"source", source.name}});
    }
    page.begin(kLag);
    constexpr std::string_view kLagSource = "lag ";  // and the server's address
    for (const auto& source : s.sources) {
        if (!source.value || !source.name.starts_with(kLagSource)) continue;
        page.value(*source.value, {{"server", source.name.substr(kLagSource.size())}});
    }
}

}  // namespace

std::vector<MetricFamily> families(const Sample& s) {
    Page page;
    page.begin(kInfo);
    page.value(1, {{"schema", s.schema}, {"table", s.table}});
    page.begin(kStage);
    for (const std::string& stage : s.stages)
        page.value(stage == s.stage ? 1 : 0, {{"stage", stage}});
    page.begin(kStageSeconds);
    for (const auto& [stage, seconds] : s.stage_seconds) page.value(seconds, {{"stage", stage}});
    page.one(kRunSeconds, s.run_seconds);
    page.one(kEta, s.eta_seconds.value_or(std::numeric_limits<double>::quiet_NaN()));
    add_copy(page, s);
    add_replay(page, s);
    add_throttle(page, s);
    page.begin(kCheckpointAge);
    if (s.checkpoint_age_seconds) page.value(*s.checkpoint_age_seconds, {});
    page.one(kAttempts, s.cut_over_attempts);
    page.one(kLockSeconds, s.cut_over_lock_seconds);
    page.one(kLongestStall, s.longest_stall_seconds);
    return page.take();
}

}  // namespace wisp::metrics
