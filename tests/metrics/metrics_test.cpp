// SPDX-License-Identifier: Apache-2.0
// The endpoint as a scraper sees it, and the page that lists its metrics.
#include <curl/curl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <memory>
#include <regex>
#include <set>
#include <string>

#include "metrics/endpoint.h"
#include "metrics/families.h"
#include "metrics/names.h"

namespace wisp::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::size_t append(char* data, std::size_t, std::size_t size, void* text) {
    static_cast<std::string*>(text)->append(data, size);
    return size;
}

std::string scrape(int port) {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                   &curl_easy_cleanup);
    std::string text;
    const std::string url = fmt::format("http://127.0.0.1:{}/metrics", port);
    curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &text);
    EXPECT_EQ(curl_easy_perform(curl.get()), CURLE_OK);
    return text;
}

Sample sample() {
    Histogram chunks({0.1, 1});
    for (const double seconds : {0.05, 0.1, 0.5, 3.0}) chunks.note(seconds);
    Sample s;
    s.schema = "shop";
    s.table = "orders";
    s.stage = "migrating";
    s.stages = {"starting", "migrating"};
    s.stage_seconds = {{"starting", 1.5}, {"migrating", 3}};
    s.backlog_limit_bytes = 33;
    s.rows_copied = 1234;
    s.chunk_seconds = chunks.snapshot();
    s.apply_seconds = Histogram({1}).snapshot();
    s.copy_pace = 0.5;
    s.checkpoint_age_seconds = 7;
    s.sources = {{"lag r1:3306", true, 12.5, 2.25, 1.5}, {"command", false, 0, {}, {}}};
    return s;
}

std::set<std::string> names_of(const std::string& text, const std::string& pattern) {
    std::set<std::string> names;
    const std::regex regex(pattern);
    for (std::sregex_iterator it(text.begin(), text.end(), regex), end; it != end; ++it) {
        names.insert((*it)[1].str());
    }
    return names;
}

TEST(Metrics, AreServedToAScraper) {
    Endpoint endpoint("127.0.0.1:0");
    EXPECT_THAT(scrape(endpoint.port()), Not(HasSubstr("wisp_")));
    endpoint.show(sample);
    const std::string text = scrape(endpoint.port());
    for (const char* line : {
             "# TYPE wisp_rows_copied_total counter\n",
             "\nwisp_rows_copied_total 1234",
             "\nwisp_migration_info{schema=\"shop\",table=\"orders\"} 1",
             "\nwisp_stage{stage=\"starting\"} 0",
             "\nwisp_stage{stage=\"migrating\"} 1",
             "\nwisp_stage_seconds_total{stage=\"starting\"} 1.5",
             "\nwisp_backlog_limit_bytes 33",
             "\nwisp_eta_seconds Nan",
             "\nwisp_chunk_seconds_bucket{le=\"0.1\"} 2\n",
             "\nwisp_chunk_seconds_bucket{le=\"1\"} 3\n",
             "\nwisp_chunk_seconds_bucket{le=\"+Inf\"} 4\n",
             "\nwisp_chunk_seconds_count 4\n",
             "\nwisp_chunk_seconds_sum 3.65",
             "\nwisp_copy_pace 0.5",
             "\nwisp_throttle_source_holds{source=\"lag r1:3306\"} 1",
             "\nwisp_throttle_source_seconds_total{source=\"lag r1:3306\"} 12.5",
             "\nwisp_throttle_source_limit{source=\"lag r1:3306\"} 1.5",
             "\nwisp_checkpoint_age_seconds 7",
             "\nwisp_lag_seconds{server=\"r1:3306\"} 2.25",
         }) {
        EXPECT_THAT(text, HasSubstr(line));
    }
    endpoint.show({});
    EXPECT_THAT(scrape(endpoint.port()), Not(HasSubstr("wisp_")));
}

TEST(Metrics, ArePreciselyThoseOfTheTable) {
    std::set<std::string> table;
    for (const Metric& metric : kAll) table.insert(metric.name);
    EXPECT_EQ(table.size(), kAll.size());
    std::set<std::string> served;
    for (const auto& family : families(sample())) served.insert(family.name);
    EXPECT_EQ(served, table);
}

TEST(Metrics, AreAllOnThePage) {
    std::ifstream page(WISP_METRICS_PAGE);
    ASSERT_TRUE(page) << WISP_METRICS_PAGE;
    const std::string text{std::istreambuf_iterator<char>(page), {}};
    Endpoint endpoint("127.0.0.1:0");
    endpoint.show(sample);
    EXPECT_EQ(names_of(text, R"(\n\| `(wisp_[a-z_]+)` )"),
              names_of(scrape(endpoint.port()), R"(# TYPE (wisp_[a-z_]+) )"));
    // And of the same kind.
    for (const Metric& metric : kAll) {
        const char* const kind = metric.kind == Kind::kGauge     ? "gauge"
                                 : metric.kind == Kind::kCounter ? "counter"
                                                                 : "histogram";
        EXPECT_THAT(text, HasSubstr(fmt::format("| `{}` | {} |", metric.name, kind)));
    }
}

TEST(Endpoint, SaysWhenThePortIsTaken) {
    const Endpoint first("127.0.0.1:0");
    try {
        const Endpoint second(fmt::format("127.0.0.1:{}", first.port()));
        FAIL() << "two on one port";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("cannot be listened on"));
    }
}

TEST(Listen, IsAnAddressAndAPort) {
    EXPECT_EQ(parse_listen("9105"), "127.0.0.1:9105");
    EXPECT_EQ(parse_listen("0.0.0.0:9105"), "0.0.0.0:9105");
    EXPECT_EQ(parse_listen("[::1]:0"), "[::1]:0");
    for (const char* text : {"", ":", ":9105", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536",
                             "db1:9105", "::1:9105", "1,2:80"}) {
        EXPECT_FALSE(parse_listen(text)) << text;
    }
}

}  // namespace
}  // namespace wisp::metrics
